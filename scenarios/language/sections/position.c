#include "scenarios/language/sections/position.h"

#include <stddef.h>

struct form {
    nt_time at;
    const struct nt_yaml *position;
};

static const struct nt_key keys[] = {
    {.name = "at", .type = NT_KEY_TIME, .offset = offsetof(struct form, at), .flags = NT_KEY_REQUIRED, .doc = "when it is there"},
    {.name = "position",
     .offset = offsetof(struct form, position),
     .schema = "{\"$ref\": \"#/$defs/position\"}",
     .flags = NT_KEY_REQUIRED,
     .doc = "in metres, [x, y] or [x, y, z]"},
};
const struct nt_table nt_table_waypoint = NT_TABLE("waypoint", "a waypoint", keys);

static bool read_position(struct nt_load *l, const struct nt_yaml *v, struct nt_waypoint *w)
{
    static const struct nt_key metres = {
        .name = "position", .type = NT_KEY_DECIMAL, .low = NT_KEY_SIGNED(-NT_POSITION_MAX), .high = NT_POSITION_MAX};
    int32_t *const axes[3] = {&w->x, &w->y, &w->z};
    if (v->kind != NT_YAML_LIST || v->count < 2 || v->count > 3) {
        nt_diag_mend(nt_load_error(l, v, "this is not a position"), "write [x, y] or [x, y, z], in metres");
        return false;
    }
    bool good = true;
    for (size_t i = 0; i < v->count; i++)
        good = nt_key_read(l, &metres, v->items[i], axes[i]) && good;
    return good;
}

static bool read_waypoint(struct nt_load *l, const struct nt_yaml *v, const struct nt_waypoint *before, struct nt_waypoint *w)
{
    struct form f = {0};
    if (!nt_table_read(l, &nt_table_waypoint, v, &f) || !read_position(l, f.position, w))
        return false;
    w->at = f.at;
    if (before == NULL || w->at > before->at)
        return true;
    const struct nt_yaml *at = nt_yaml_get(v, "at");
    nt_diag_mend(nt_load_error(l, at, "the waypoint at '%s' does not come after the one before it", at->text),
                 "put the waypoints in order of time");
    return false;
}

static bool read_walk(struct nt_load *l, const struct nt_yaml *v, struct nt_scn_attachment *a)
{
    if (v->kind != NT_YAML_LIST || v->count < 2 || v->count > NT_WAYPOINTS_MAX) {
        nt_diag_mend(v->kind == NT_YAML_LIST
                         ? nt_load_error(l, v, "a walk of %zu waypoints", v->count)
                         : nt_load_error(l, v, "'walk' must be a list of waypoints, not %s", nt_yaml_kind_name(v)),
                     "write 2 to %d, as in [{at: 0s, position: [0, 0]}, {at: 60s, position: [50, 0]}]", NT_WAYPOINTS_MAX);
        return false;
    }
    a->points = nt_load_alloc(l, v->count * sizeof *a->points);
    for (size_t i = 0; a->points != NULL && i < v->count; i++) {
        if (!read_waypoint(l, v->items[i], i > 0 ? &a->points[i - 1] : NULL, &a->points[i]))
            return false;
        a->point_count = i + 1;
    }
    return a->points != NULL;
}

static bool read_stand(struct nt_load *l, const struct nt_yaml *v, struct nt_scn_attachment *a)
{
    a->points = nt_load_alloc(l, sizeof *a->points);
    if (a->points == NULL || !read_position(l, v, a->points))
        return false;
    a->point_count = 1;
    return true;
}

bool nt_load_points(struct nt_load *l, const struct nt_yaml *v, const struct nt_yaml *position, const struct nt_yaml *walk,
                    struct nt_scn_attachment *a)
{
    const char *key = walk != NULL ? "walk" : "position";
    const struct nt_scn_network *n = &l->c->networks[a->network];
    if (position == NULL && walk == NULL)
        return true;
    if (n->medium != NT_MEDIUM_WIFI) {
        nt_diag_mend(nt_load_error(l, nt_yaml_key(v, key), "'%s' on network '%s', which is not on Wi-Fi", key, n->name),
                     "write 'medium: wifi' in line %d, or leave it out", n->place.line);
        return false;
    }
    if (position != NULL && walk != NULL) {
        nt_diag_mend(nt_load_error(l, nt_yaml_key(v, key), "'position' and 'walk' of one attachment"), "leave out one of them");
        return false;
    }
    return walk != NULL ? read_walk(l, walk, a) : read_stand(l, position, a);
}
