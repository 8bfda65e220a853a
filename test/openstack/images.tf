# What Terraform's users keep of images: sent, shared, fetched. A second plan must find nothing to change.
terraform {
  required_providers {
    openstack = {
      source = "terraform-provider-openstack/openstack"
    }
  }
}

variable "disk" {}
variable "url" {}
variable "name" { default = "by tofu" }
variable "distro" { default = "debian" }

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
