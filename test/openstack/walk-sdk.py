# What openstacksdk can do with images, each method once; `connection` and `json` are there. Prints what each said: null when it did what it says.
import io

image = connection.image
data = b"walk" * 512
said = {}
made = {}


def step(name, call, keep=None):
    try:
        answer = call(getattr(image, name))
        if hasattr(answer, "__next__"):
            answer = list(answer)
        if keep:
            made[keep] = answer
        said[name] = None
    except Exception as error:
        said[name] = "%s: %s" % (type(error).__name__, error)


step("create_image", lambda do: do("walk", data=io.BytesIO(data), disk_format="raw", container_format="bare"), "walk")
walk = made["walk"]
step("wait_for_status", lambda do: do(image.get_image(walk.id), status="active", failures=["killed"], interval=1, wait=240))
step("get_image", lambda do: do(walk.id))
step("find_image", lambda do: do("walk"))
step("images", lambda do: do(name="walk"))
step("update_image", lambda do: do(walk, name="walked"))
step("update_image_properties", lambda do: do(walk, a="b"))
step("add_tag", lambda do: do(walk, "t"))
step("remove_tag", lambda do: do(walk, "t"))
step("download_image", lambda do: do(walk))
step("deactivate_image", lambda do: do(walk))
step("reactivate_image", lambda do: do(walk))
step("add_member", lambda do: do(walk, member_id="other"))
step("members", lambda do: do(walk))
step("find_member", lambda do: do("other", walk))
step("get_member", lambda do: do("other", walk))
step("update_member", lambda do: do("other", walk, status="accepted"))
step("remove_member", lambda do: do("other", walk))
step("delete_image", lambda do: do(walk))
step("wait_for_delete", lambda do: do(walk, interval=1, wait=60))

staged = image.create_image("staged", disk_format="raw", container_format="bare", allow_duplicates=True)
step("stage_image", lambda do: do(staged, data=io.BytesIO(data)))
step("import_image", lambda do: do(staged, method="glance-direct", store="images"))
step("image_tasks", lambda do: do(staged))
sent = image.create_image("sent", disk_format="raw", container_format="bare", allow_duplicates=True)
step("upload_image", lambda do: do(name="uploaded", container_format="bare", disk_format="raw", data=data))

step("get_import_info", lambda do: do())
step("stores", lambda do: do())
for name in dir(image):
    if name.endswith("_schema"):
        step(name, lambda do: do())

step("tasks", lambda do: do())
step("get_task", lambda do: do("00000000-0000-4000-8000-000000000000"))
step("create_task", lambda do: do(type="import", input={}))
step("wait_for_task", lambda do: do(image._get(__import__("openstack.image.v2.task", fromlist=["Task"]).Task, "00000000-0000-4000-8000-000000000000")))

step("add_image_location", lambda do: do(sent, "http://127.0.0.1/x"))
step("image_locations", lambda do: do(sent))

step("metadef_namespaces", lambda do: do())
step("metadef_resource_types", lambda do: do())
step("create_metadef_namespace", lambda do: do(namespace="ns"))
step("get_metadef_namespace", lambda do: do("ns"))
step("update_metadef_namespace", lambda do: do("ns", display_name="x"))
step("delete_metadef_namespace", lambda do: do("ns", ignore_missing=False))
step("add_tag_to_metadef_namespace", lambda do: do("ns", "t"))
step("remove_tag_from_metadef_namespace", lambda do: do("ns", "t"))
step("remove_tags_from_metadef_namespace", lambda do: do("ns"))
step("create_metadef_object", lambda do: do("ns", name="o"))
step("get_metadef_object", lambda do: do("o", "ns"))
step("metadef_objects", lambda do: do("ns"))
step("update_metadef_object", lambda do: do("o", "ns", description="x"))
step("delete_metadef_object", lambda do: do("o", "ns", ignore_missing=False))
step("delete_all_metadef_objects", lambda do: do("ns"))
step("create_metadef_property", lambda do: do("ns", name="p", type="string", title="P"))
step("get_metadef_property", lambda do: do("p", "ns"))
step("metadef_properties", lambda do: do("ns"))
step("update_metadef_property", lambda do: do("p", "ns", title="x"))
step("delete_metadef_property", lambda do: do("p", "ns", ignore_missing=False))
step("delete_all_metadef_properties", lambda do: do("ns"))
step("create_metadef_resource_type_association", lambda do: do("ns", name="r"))
step("metadef_resource_type_associations", lambda do: do("ns"))
step("delete_metadef_resource_type_association", lambda do: do("r", "ns", ignore_missing=False))

step("get_image_cache", lambda do: do())
step("queue_image", lambda do: do(sent.id))
step("cache_delete_image", lambda do: do(sent.id, ignore_missing=False))
step("cached_image_nodes", lambda do: do(sent.id))
step("clear_cache", lambda do: do("both"))
step("clean_cache", lambda do: do())
step("prune_cache", lambda do: do())

from openstack import proxy
from openstack.image.v2 import _proxy

known = [name for name in dir(_proxy.Proxy) if not name.startswith("_") and name not in dir(proxy.Proxy)]
print(json.dumps({"said": said, "known": [name for name in known if callable(getattr(_proxy.Proxy, name))]}))
