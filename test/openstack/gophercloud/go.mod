module bootready.dev/test/gophercloud

go 1.25

require github.com/gophercloud/gophercloud/v2 v2.8.0
