# Images by OpenTofu or Terraform, with the OpenStack provider: one from a file, shared with another project, and one from a URL.
# docs/openstack.md says how to run it. The tests run this very file, and a second plan must find nothing to change.
terraform {
  required_providers {
    openstack = {
      source = "terraform-provider-openstack/openstack"
    }
  }
}

# A disk on this machine, in qcow2.
variable "disk" {}
# A disk on a web server that the installation may ask (WEB_DOWNLOAD_HOSTS), in qcow2.
variable "url" {}
variable "name" { default = "by tofu" }
variable "distro" { default = "debian" }

# Address and credentials come from the environment (OS_AUTH_URL, OS_USERNAME, ...) or from clouds.yaml.
provider "openstack" {}

resource "openstack_images_image_v2" "sent" {
  name             = var.name
  local_file_path  = var.disk
  container_format = "bare"
  disk_format      = "qcow2"
  visibility       = "shared"
  min_disk_gb      = 1
  min_ram_mb       = 64
  tags             = ["stable", var.distro]
  properties = {
    os_distro   = var.distro
    hw_disk_bus = "virtio"
  }
}

resource "openstack_images_image_access_v2" "shared" {
  image_id  = openstack_images_image_v2.sent.id
  member_id = "other"
}

resource "openstack_images_image_v2" "fetched" {
  name             = "${var.name}, fetched"
  image_source_url = var.url
  web_download     = true
  container_format = "bare"
  disk_format      = "qcow2"
}

data "openstack_images_image_v2" "found" {
  name       = openstack_images_image_v2.sent.name
  depends_on = [openstack_images_image_v2.sent]
}

output "found" {
  value = data.openstack_images_image_v2.found.id == openstack_images_image_v2.sent.id
}
