output "pipelines" {
  description = "For each Zoom account all that its pipeline tells: names, ARNs, and for each report its own, the feed's settings among them."
  value       = module.pipeline
}
