#!/bin/sh
# What a user may write who has no bootready: fetch, look, convert, hash, store. Nothing is looked for inside.
# Arguments: the bucket and key of the upload, qemu-img's name of its format, the bucket and key of the image, and a command that unpacks (or nothing).
# AWS: how the client of S3 is called.
set -eu
bucket=$1 key=$2 format=$3 target=$4 name=$5 unpack=$6
$AWS s3 cp --only-show-errors "s3://$bucket/$key" upload
if [ -n "$unpack" ]; then
  $unpack <upload >disk
  rm upload
else
  mv upload disk
fi
qemu-img info -f "$format" disk
qemu-img convert -f "$format" -O raw disk disk.raw
sha256sum disk.raw
$AWS s3 cp --only-show-errors disk.raw "s3://$target/$name"
