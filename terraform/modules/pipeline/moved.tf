# Until there could be several reports, the one function was that of the operation logs.

moved {
  from = module.collector
  to   = module.collector["operationlogs"]
}

moved {
  from = module.schedule
  to   = module.schedule["operationlogs"]
}
