output "pipelines" {
  description = "For each Zoom account all that its pipeline tells: names, ARNs, and the feed's settings."
  value       = module.pipeline
}
