# The reports that the function knows; `src/report.rs` describes them. A third one is an entry here and one there.

locals {
  known_reports = {
    operationlogs = {
      # In names where words are written as one.
      word = "OperationLogs"
      # In descriptions.
      title = "operation logs"
    }
    activities = {
      word  = "Activities"
      title = "sign-ins and sign-outs"
    }
  }

  # What is collected, each report by itself: a function with a role, a schedule, a failure queue and alarms, under names of
  # its own, and a place of its own in the bucket that all share.
  reports = {
    for report, given in var.reports : report => {
      title              = local.known_reports[report].title
      function_name      = "zoom_${report}_to_s3${local.suffix}"
      role_name          = "WriteZoom${local.known_reports[report].word}ToS3Role${local.suffix}"
      failure_queue_name = "zoom-${report}-failures${local.suffix}"
      schedule_name      = "zoom-${report}-schedule-15min${local.suffix}"
      schedule_role_name = "InvokeZoom${local.known_reports[report].word}FunctionRole${local.suffix}"
      alarm_name_prefix  = "zoom-${report}${local.suffix}"

      s3_prefix                   = coalesce(given.s3_prefix, "zoom/${report}/")
      state_key                   = coalesce(given.state_key, "zoom/state/${report}.json")
      newest_record_max_age_hours = given.newest_record_max_age_hours
    }
  }

  logs = { for name, report in local.reports : name => { s3_prefix = report.s3_prefix, state_key = report.state_key } }

  # Zoom counts what the whole account asks, and each function only what it asks itself: the limits are shared out. One
  # function alone has what is set, or its own defaults, which are these.
  settings = length(local.reports) == 1 ? var.settings : merge(var.settings, {
    zoom_max_requests_per_second = floor(coalesce(var.settings.zoom_max_requests_per_second, 5) / length(local.reports))
    zoom_daily_request_budget    = floor(coalesce(var.settings.zoom_daily_request_budget, 10000) / length(local.reports))
  })
}
