# As in the other roots, which have several.
output "pipelines" {
  description = "For each Zoom account, here main alone, all that the pipeline tells: names, ARNs, and the feed's settings."
  value       = { main = module.pipeline }
}
