#define _GNU_SOURCE
#include "scenarios/command/identity.h"
#include "core/base/err.h"

#include <elf.h>
#include <inttypes.h>
#include <link.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct build {
    char *text;
    size_t cap;
};

/* The linker's id of what it linked, as hexadecimal digits. Notes are padded to four bytes. */
static void read_build_note(const uint8_t *at, size_t len, struct build *build)
{
    ElfW(Nhdr) note;
    while (len >= sizeof note) {
        memcpy(&note, at, sizeof note);
        size_t name = (note.n_namesz + 3u) & ~(size_t)3, said = (note.n_descsz + 3u) & ~(size_t)3;
        if (len - sizeof note < name + said)
            return;
        const uint8_t *id = at + sizeof note + name;
        if (note.n_type == NT_GNU_BUILD_ID && note.n_namesz == 4 && memcmp(at + sizeof note, "GNU", 4) == 0)
            for (size_t i = 0; i < note.n_descsz && 2 * i + 3 <= build->cap; i++)
                snprintf(build->text + 2 * i, 3, "%02x", id[i]);
        at = id + said;
        len -= sizeof note + name + said;
    }
}

/* The first object is the program. */
static int read_build(struct dl_phdr_info *info, size_t size, void *user)
{
    (void)size;
    for (unsigned i = 0; i < info->dlpi_phnum; i++)
        if (info->dlpi_phdr[i].p_type == PT_NOTE)
            read_build_note((const uint8_t *)(info->dlpi_addr + info->dlpi_phdr[i].p_vaddr), info->dlpi_phdr[i].p_memsz, user);
    return 1;
}

static void describe_program(char *text, size_t cap)
{
    char id[48] = "unknown";
    dl_iterate_phdr(read_build, &(struct build){id, sizeof id});
    snprintf(text, cap, NATSIM_VERSION " (build %s)", id);
}

static void write_text_flag(FILE *out, const char *flag, const char *value)
{
    if (value == NULL)
        return;
    fprintf(out, "flag %s ", flag);
    nt_run_identity_write_text(out, value);
    putc('\n', out);
}

static void write_flags(FILE *out, const struct nt_options *o)
{
    static const char *const kept[] = {"all", "failed", "none"};
    if (o->seed_given)
        fprintf(out, "flag --seed %" PRIu64 "\n", o->seed);
    if (o->seeds_given)
        fprintf(out, "flag --seeds %" PRIu64 "..%" PRIu64 "\n", o->seed_first, o->seed_last);
    if (o->shard_given && !o->ranked)
        fprintf(out, "flag --shard %" PRIu64 "/%" PRIu64 "\n", o->shard, o->shards);
    for (size_t i = 0; i < o->filters.count; i++)
        write_text_flag(out, "--filter", o->filters.items[i]);
    for (size_t i = 0; i < o->tags.count; i++)
        write_text_flag(out, "--tag", o->tags.items[i]);
    fprintf(out, "flag --capture %s\nflag --capture-format %s\n", kept[o->keep], o->plain_pcap ? "pcap" : "pcapng");
    if (o->until > 0)
        fprintf(out, "flag --until %" PRId64 "ns\n", o->until);
    fprintf(out, "flag --carrier %s\n", o->carrier == NT_CARRIER_NS3 ? "ns3" : "builtin");
    write_text_flag(out, "--agent-l", o->agent_l);
    write_text_flag(out, "--agent-r", o->agent_r);
    fprintf(out, "flag --runs %u\n", o->runs > 0 ? o->runs : 1);
}

static void write_files(FILE *out, const struct nt_selection *s)
{
    for (size_t i = 0; i < s->file_count; i++) {
        fprintf(out, "file %016" PRIx64 " ", nt_scn_file_hash(s->files[i]));
        nt_run_identity_write_text(out, s->found.items[i].shown);
        putc('\n', out);
    }
    fprintf(out, "cases %" PRIu64 "\n", s->total);
}

int nt_identity_make(struct nt_identity *identity, const struct nt_options *o, const struct nt_selection *s)
{
    size_t len;
    *identity = (struct nt_identity){.is = {.program = identity->program, .launch = ""}};
    describe_program(identity->program, sizeof identity->program);
    FILE *out = open_memstream(&identity->selection, &len);
    if (out == NULL)
        return NT_ENOMEM;
    write_flags(out, o);
    write_files(out, s);
    bool whole = ferror(out) == 0;
    if (fclose(out) != 0 || !whole)
        return NT_ENOMEM;
    identity->is.selection = identity->selection;
    if (o->ranked) {
        identity->is.launch = o->rank.run;
        identity->is.rank = o->rank.rank;
        identity->is.ranks = o->rank.size;
    }
    return NT_OK;
}

void nt_identity_free(struct nt_identity *identity)
{
    free(identity->selection);
    identity->selection = NULL;
}
