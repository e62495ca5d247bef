# As in the other roots, which have several.
output "pipelines" {
  description = "For each Zoom account, here main alone, all that the pipeline tells: names, ARNs, and for each report its own, the feed's settings among them."
  value       = { main = module.pipeline }
}
