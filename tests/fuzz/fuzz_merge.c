/* Logs of cases: merge reads arbitrary bytes as the log of a run with one capture. Its reports are JSON, XML and a page that holds
 * its data, and what it prints can be shown on a terminal. */
#define _GNU_SOURCE /* libxml2 and temporary directories */
#include "core/base/err.h"
#include "core/base/shown.h"
#include "scenarios/command/merge.h"
#include "tests/fuzz/feed.h"

#include <jansson.h>
#include <libxml/parser.h>

#include <sys/stat.h>
#include <unistd.h>

static char *place; /* a directory for in/ and out/ */

static char *join(const char *name)
{
    char *path = NULL;
    CHECK(asprintf(&path, "%s/%s", place, name) > 0);
    return path;
}

static char *read_whole(const char *name, size_t *len)
{
    char *path = join(name), *text = NULL;
    FILE *f = fopen(path, "rb");
    CHECK(f != NULL);
    CHECK(fseek(f, 0, SEEK_END) == 0);
    *len = (size_t)ftell(f);
    rewind(f);
    text = malloc(*len + 1);
    CHECK(text != NULL && fread(text, 1, *len, f) == *len);
    text[*len] = '\0';
    fclose(f);
    free(path);
    return text;
}

static void write_whole(const char *name, const void *bytes, size_t len)
{
    char *path = join(name);
    FILE *f = fopen(path, "wb");
    CHECK(f != NULL && fwrite(bytes, 1, len, f) == len && fclose(f) == 0);
    free(path);
}

static void clean_up(void)
{
    static const char *const names[] = {"out/results.json",
                                        "out/junit.xml",
                                        "out/report.html",
                                        "out/cases.jsonl",
                                        "out/.natsim-run",
                                        "out/.natsim-run.merge",
                                        "out/captures/x.pcapng",
                                        "in/cases.jsonl",
                                        "in/captures/x.pcapng",
                                        "out/captures",
                                        "in/captures",
                                        "out",
                                        "in",
                                        ""};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        char *path = join(names[i]);
        remove(path);
        free(path);
    }
}

/* The capture is that of the corpus of fuzz_capture.c. */
static void set_up(void)
{
    static const char capture[] = "tests/fuzz/corpus/capture/names-and-comments.pcapng";
    char bytes[65536], name[] = "/dev/shm/natsim-fuzz-XXXXXX", other[] = "/tmp/natsim-fuzz-XXXXXX";
    const char *made = mkdtemp(name) != NULL ? name : mkdtemp(other);
    CHECK(made != NULL && (place = strdup(made)) != NULL);
    static const char *const directories[] = {"in", "in/captures", "out"};
    for (size_t i = 0; i < sizeof directories / sizeof *directories; i++) {
        char *path = join(directories[i]);
        CHECK(mkdir(path, 0700) == 0);
        free(path);
    }
    FILE *f = fopen(capture, "rb");
    size_t len = f != NULL ? fread(bytes, 1, sizeof bytes, f) : 0;
    if (f != NULL)
        fclose(f);
    write_whole("in/captures/x.pcapng", bytes, len);
    atexit(clean_up);
}

/* Lines of text that a terminal shows as they are. */
static void check_shown(char *printed)
{
    char *shown = nt_shown(printed, true);
    CHECK(shown != NULL && strcmp(shown, printed) == 0);
    free(shown);
    free(printed);
}

static size_t check_json(void)
{
    size_t len;
    char *text = read_whole("out/results.json", &len);
    json_error_t why;
    json_t *doc = json_loadb(text, len, JSON_REJECT_DUPLICATES, &why);
    if (doc == NULL)
        fprintf(stdout, "%s\n", why.text);
    CHECK(doc != NULL);
    size_t count = json_array_size(json_object_get(doc, "cases"));
    json_decref(doc);
    free(text);
    return count;
}

static void check_junit(size_t count)
{
    size_t len, cases = 0;
    char *text = read_whole("out/junit.xml", &len);
    xmlDocPtr doc = xmlReadMemory(text, (int)len, "junit.xml", NULL, XML_PARSE_NONET | XML_PARSE_HUGE);
    CHECK(doc != NULL);
    xmlNodePtr root = xmlDocGetRootElement(doc);
    for (xmlNodePtr suite = root->children; suite != NULL; suite = suite->next)
        for (xmlNodePtr n = suite->children; n != NULL; n = n->next)
            cases += n->type == XML_ELEMENT_NODE && strcmp((const char *)n->name, "testcase") == 0;
    xmlChar *tests = xmlGetProp(root, (const xmlChar *)"tests");
    CHECK(tests != NULL && strtoull((const char *)tests, NULL, 10) == cases && (cases == count || cases == count + 1));
    xmlFree(tests);
    xmlFreeDoc(doc);
    free(text);
}

/* No text ends one of the page's five scripts, and its data are JSON. */
static void check_page(size_t count)
{
    static const char begin[] = "<script type=\"application/json\" id=\"data\">\n", end[] = "\n</script>\n<script";
    size_t len, scripts = 0;
    char *text = read_whole("out/report.html", &len), *data = strstr(text, begin);
    CHECK(data != NULL && strlen(text) == len);
    for (const char *at = text; (at = strstr(at, "</script")) != NULL; at++)
        scripts++;
    CHECK(scripts == 5);
    data += sizeof begin - 1;
    char *behind = strchr(data, '<');
    CHECK(behind != NULL && behind > data && strncmp(behind - 1, end, sizeof end - 1) == 0);
    json_t *doc = json_loadb(data, (size_t)(behind - data), JSON_REJECT_DUPLICATES, NULL);
    CHECK(doc != NULL && json_array_size(json_object_get(doc, "cases")) == count + 1); /* it ends in 0 */
    json_decref(doc);
    free(text);
}

static int merge(const char *in, const char *out)
{
    struct nt_options o = {.out = out, .out_given = true, .args = {.items = &in, .count = 1}};
    char *said = NULL, *printed = NULL;
    size_t said_len, printed_len;
    FILE *was_err = stderr, *was_out = stdout;
    stderr = open_memstream(&said, &said_len);
    stdout = open_memstream(&printed, &printed_len);
    CHECK(stderr != NULL && stdout != NULL);
    int code = nt_command_merge(&o);
    fclose(stderr);
    fclose(stdout);
    stderr = was_err;
    stdout = was_out;
    check_shown(said);
    check_shown(printed);
    return code;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (place == NULL)
        set_up();
    char *in = join("in"), *out = join("out");
    write_whole("in/cases.jsonl", data, size);
    int code = merge(in, out);
    CHECK(code == NT_EXIT_OK || code == NT_EXIT_FAILED || code == NT_EXIT_USAGE || code == NT_EXIT_BROKEN);
    struct stat st;
    char *results = join("out/results.json");
    CHECK((stat(results, &st) == 0) == (code != NT_EXIT_USAGE));
    if (code != NT_EXIT_USAGE) {
        size_t count = check_json();
        check_junit(count);
        check_page(count);
        remove(results);
    }
    char *record = join("out/.natsim-run.merge"); /* it would grow */
    remove(record);
    free(record);
    free(results);
    free(in);
    free(out);
    return 0;
}
