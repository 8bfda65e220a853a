// What programs do with images by gophercloud: each step once, as whoever the environment says. Prints one line of JSON for each step that failed, and
// the number of steps in the end.
package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/gophercloud/gophercloud/v2"
	"github.com/gophercloud/gophercloud/v2/openstack"
	"github.com/gophercloud/gophercloud/v2/openstack/image/v2/imagedata"
	"github.com/gophercloud/gophercloud/v2/openstack/image/v2/imageimport"
	"github.com/gophercloud/gophercloud/v2/openstack/image/v2/images"
	"github.com/gophercloud/gophercloud/v2/openstack/image/v2/members"
)

var steps int

func step(name string, do func() error) {
	steps++
	if err := do(); err != nil {
		line, _ := json.Marshal(map[string]string{"step": name, "error": err.Error()})
		fmt.Println(string(line))
	}
}

func must[T any](value T, err error) T {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	return value
}

func wanted(condition bool, format string, values ...any) error {
	if condition {
		return nil
	}
	return fmt.Errorf(format, values...)
}

func main() {
	ctx := context.Background()
	options := must(openstack.AuthOptionsFromEnv())
	provider := must(openstack.AuthenticatedClient(ctx, options))
	client := must(openstack.NewImageV2(provider, gophercloud.EndpointOpts{Region: os.Getenv("OS_REGION_NAME")}))
	data := bytes.Repeat([]byte("gophercloud"), 300)
	private := images.ImageVisibilityPrivate
	isProtected := true
	image := must(images.Create(ctx, client, images.CreateOpts{
		Name: "gopher", DiskFormat: "raw", ContainerFormat: "bare", Visibility: &private, Tags: []string{"a"},
		MinDisk: 1, MinRAM: 64, Protected: &isProtected, Properties: map[string]string{"hw_disk_bus": "virtio"},
	}).Extract())
	status := func(id string, until images.ImageStatus) error {
		for range 240 {
			found, err := images.Get(ctx, client, id).Extract()
			if err != nil || found.Status == until {
				return err
			}
			time.Sleep(time.Second)
		}
		return fmt.Errorf("not %s in time", until)
	}

	step("create", func() error {
		return wanted(image.Status == images.ImageStatusQueued && image.Properties["hw_disk_bus"] == "virtio" && image.MinDiskGigabytes == 1, "%+v", image)
	})
	step("upload", func() error { return imagedata.Upload(ctx, client, image.ID, bytes.NewReader(data)).ExtractErr() })
	step("wait", func() error { return status(image.ID, images.ImageStatusActive) })
	step("download", func() error {
		body, err := imagedata.Download(ctx, client, image.ID).Extract()
		if err != nil {
			return err
		}
		defer body.Close()
		came, err := io.ReadAll(body)
		if err != nil {
			return err
		}
		return wanted(bytes.Equal(came, data), "other bytes came")
	})
	step("update", func() error {
		changed, err := images.Update(ctx, client, image.ID, images.UpdateOpts{
			images.ReplaceImageName{NewName: "renamed"}, images.ReplaceImageTags{NewTags: []string{"b"}},
			images.ReplaceImageProtected{NewProtected: false}, images.ReplaceImageMinDisk{NewMinDisk: 2},
			images.UpdateImageProperty{Op: images.AddOp, Name: "os_distro", Value: "debian"},
			images.UpdateVisibility{Visibility: images.ImageVisibilityShared},
		}).Extract()
		if err != nil {
			return err
		}
		return wanted(changed.Name == "renamed" && changed.Tags[0] == "b" && changed.Properties["os_distro"] == "debian", "%+v", changed)
	})
	step("list", func() error {
		pages, err := images.List(client, images.ListOpts{Name: "renamed", Tags: []string{"b"}, Sort: "created_at:desc", Limit: 1}).AllPages(ctx)
		if err != nil {
			return err
		}
		found, err := images.ExtractImages(pages)
		if err != nil {
			return err
		}
		return wanted(len(found) == 1 && found[0].ID == image.ID, "%d images", len(found))
	})
	step("members", func() error {
		if _, err := members.Create(ctx, client, image.ID, "other").Extract(); err != nil {
			return err
		}
		if _, err := members.Get(ctx, client, image.ID, "other").Extract(); err != nil {
			return err
		}
		pages, err := members.List(client, image.ID).AllPages(ctx)
		if err != nil {
			return err
		}
		all, err := members.ExtractMembers(pages)
		if err != nil {
			return err
		}
		if err := wanted(len(all) == 1 && all[0].Status == "pending", "%+v", all); err != nil {
			return err
		}
		return members.Delete(ctx, client, image.ID, "other").ExtractErr()
	})
	step("import methods", func() error {
		told, err := imageimport.Get(ctx, client).Extract()
		if err != nil {
			return err
		}
		return wanted(len(told.ImportMethods.Value) > 0, "none")
	})
	step("stage and import", func() error {
		staged, err := images.Create(ctx, client, images.CreateOpts{Name: "staged", DiskFormat: "qcow2", ContainerFormat: "bare"}).Extract()
		if err != nil {
			return err
		}
		disk := must(os.Open(os.Args[1]))
		defer disk.Close()
		if err := imagedata.Stage(ctx, client, staged.ID, disk).ExtractErr(); err != nil {
			return err
		}
		if err := imageimport.Create(ctx, client, staged.ID, imageimport.CreateOpts{Name: imageimport.GlanceDirectMethod}).ExtractErr(); err != nil {
			return err
		}
		if err := status(staged.ID, images.ImageStatusActive); err != nil {
			return err
		}
		return images.Delete(ctx, client, staged.ID).ExtractErr()
	})
	step("delete", func() error { return images.Delete(ctx, client, image.ID).ExtractErr() })
	step("is gone", func() error {
		_, err := images.Get(ctx, client, image.ID).Extract()
		return wanted(gophercloud.ResponseCodeIs(err, 404), "%v", err)
	})
	fmt.Println(steps)
}
