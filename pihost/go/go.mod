module github.com/process-isolation/process-isolation/pihost/go

go 1.24
