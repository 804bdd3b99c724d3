module github.com/process-isolation/process-isolation/clients/go

go 1.24

require github.com/process-isolation/process-isolation/pihost/go v0.1.0

replace github.com/process-isolation/process-isolation/pihost/go => ../../pihost/go
