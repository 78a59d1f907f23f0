#define _GNU_SOURCE
#include "scenarios/programs/program_files.h"
#include "natsim/live/sandbox_tree.h"
#include "reports/result/text.h"
#include "scenarios/programs/command_words.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define PLACES_MAX 64
#define VARIABLES_MAX 4

struct nt_program_files {
    struct nt_sandbox_place places[PLACES_MAX];
    size_t count;
    char *variables[VARIABLES_MAX]; /* the last is NULL */
    char directory[PATH_MAX];       /* where natsim was started; "" unknown */
    char scenario[PATH_MAX];        /* the scenario's directory; "" unknown */
    bool memory;                    /* there was enough */
};

/* --- paths --- */

static bool lies_in(const char *path, const char *directory)
{
    size_t len = strlen(directory);
    return strncmp(path, directory, len) == 0 && (path[len] == '/' || path[len] == '\0' || strcmp(directory, "/") == 0);
}

static void cut_name(char path[PATH_MAX])
{
    char *slash = strrchr(path, '/');
    if (slash != NULL)
        slash[slash == path ? 1 : 0] = '\0';
}

/* A word as a path from the root directory; not where it leads. */
static bool make_absolute(const struct nt_program_files *files, const char *word, char path[PATH_MAX])
{
    int n = word[0] == '/' ? snprintf(path, PATH_MAX, "%s", word) : snprintf(path, PATH_MAX, "%s/%s", files->directory, word);
    return (word[0] == '/' || files->directory[0] != '\0') && n < PATH_MAX;
}

static bool is_program(const char *path)
{
    struct stat st;
    return stat(path, &st) == 0 && S_ISREG(st.st_mode) && access(path, X_OK) == 0;
}

/* --- which directories can be shown --- */

/* In a home directory: the name below it, "" for the home directory itself. NULL: elsewhere. */
static const char *below_home(const char *path)
{
    const char *own = getenv("HOME");
    if (own != NULL && own[0] == '/' && own[1] != '\0' && lies_in(path, own))
        return path + strlen(own) + (path[strlen(own)] == '/' ? 1 : 0);
    if (lies_in(path, "/root"))
        return path[5] == '/' ? path + 6 : path + 5;
    if (strncmp(path, "/home/", 6) != 0)
        return NULL;
    const char *slash = strchr(path + 6, '/');
    return slash != NULL ? slash + 1 : "";
}

/* What an installation consists of, and where nobody keeps secrets. */
static const char *const installed[] = {"bin", "lib", "lib64", "libexec"};

static bool is_installed(const char *real)
{
    const char *name = strrchr(real, '/');
    for (size_t i = 0; name != NULL && i < sizeof installed / sizeof *installed; i++)
        if (strcmp(name + 1, installed[i]) == 0)
            return true;
    return false;
}

/* Why a directory is never shown whole; NULL: it can be. */
static const char *why_closed(const char *real)
{
    static const char *const whole[] = {"/", "/home", "/tmp", "/var", "/var/tmp", "/mnt", "/media", "/srv"};
    static const char *const with_all[] = {"/boot", "/dev", "/etc", "/proc", "/run", "/sys", "/var/run"};
    const char *home = below_home(real), *own = getenv("HOME");
    for (size_t i = 0; i < sizeof whole / sizeof *whole; i++)
        if (strcmp(real, whole[i]) == 0)
            return "it lies in a directory of the system's that others use, too";
    for (size_t i = 0; i < sizeof with_all / sizeof *with_all; i++)
        if (lies_in(real, with_all[i]))
            return "it lies in a directory of the machine's own";
    if (home != NULL && home[0] == '\0')
        return "it lies in a home directory itself";
    if (home != NULL && home[0] == '.' && !is_installed(real))
        return "it lies in a directory of a home whose name begins with a dot";
    return own != NULL && own[0] == '/' && lies_in(own, real) ? "a home directory is in the same directory" : NULL;
}

static bool is_shown(const struct nt_program_files *files, const char *real)
{
    for (size_t i = 0; i < files->count; i++)
        if (lies_in(real, files->places[i].real))
            return true;
    return nt_sandbox_shows(real);
}

/* --- the places --- */

static void remove_place(struct nt_program_files *files, size_t i)
{
    free((char *)(uintptr_t)files->places[i].path);
    free((char *)(uintptr_t)files->places[i].real);
    files->places[i] = files->places[--files->count];
}

static void add_place(struct nt_program_files *files, const char *path)
{
    char real[PATH_MAX];
    if (realpath(path, real) == NULL || is_shown(files, real) || why_closed(real) != NULL)
        return;
    for (size_t i = files->count; i-- > 0;)
        if (lies_in(files->places[i].real, real))
            remove_place(files, i);
    if (files->count == PLACES_MAX)
        return;
    bool plain = path[0] == '/' && strstr(path, "/.") == NULL && strstr(path, "//") == NULL;
    struct nt_sandbox_place place = {.path = strdup(plain ? path : real), .real = strdup(real)};
    files->places[files->count++] = place;
    files->memory = files->memory && place.path != NULL && place.real != NULL;
}

/* A directory beside `bin`, unless it is a link that leads out of the installation: a stranger's could lead anywhere. */
static void add_beside(struct nt_program_files *files, const char *bin, const char *name)
{
    char around[PATH_MAX], path[PATH_MAX + 16], installation[PATH_MAX], real[PATH_MAX];
    snprintf(around, sizeof around, "%s", bin);
    cut_name(around);
    snprintf(path, sizeof path, "%s/%s", around, name);
    if (realpath(around, installation) != NULL && realpath(path, real) != NULL && lies_in(real, installation))
        add_place(files, path);
}

/* A virtual environment of Python is useless without its settings beside `bin`; other programs there have their libraries beside
 * it. */
static void add_program_directory(struct nt_program_files *files, const char *program)
{
    char directory[PATH_MAX], beside[PATH_MAX + 16];
    snprintf(directory, sizeof directory, "%s", program);
    cut_name(directory);
    snprintf(beside, sizeof beside, "%s/../pyvenv.cfg", directory);
    if (access(beside, R_OK) == 0)
        cut_name(directory);
    add_place(files, directory);
    const char *name = strrchr(directory, '/');
    for (size_t i = 1; name != NULL && strcmp(name, "/bin") == 0 && i < sizeof installed / sizeof *installed; i++)
        add_beside(files, directory, installed[i]);
}

static void add_program(struct nt_program_files *files, const char *path)
{
    char real[PATH_MAX];
    if (!is_program(path))
        return;
    add_program_directory(files, path);
    if (realpath(path, real) != NULL)
        add_program_directory(files, real);
}

/* Where the caller's shell finds a program; `shown`: among what programs see. */
static bool find_by_path(const struct nt_program_files *files, const char *name, bool shown, char found[PATH_MAX])
{
    const char *path = getenv("PATH");
    for (size_t len; path != NULL && *path != '\0'; path += len + (path[len] == ':' ? 1 : 0)) {
        char real[PATH_MAX];
        len = strcspn(path, ":");
        if (snprintf(found, PATH_MAX, "%.*s/%s", (int)len, path, name) >= PATH_MAX || !is_program(found))
            continue;
        if (!shown || (realpath(found, real) != NULL && is_shown(files, found) && is_shown(files, real)))
            return true;
    }
    return false;
}

static void add_command(struct nt_program_files *files, const char *command)
{
    struct nt_command_word w;
    char path[PATH_MAX];
    if (nt_command_program(command, &w) && strchr(w.text, '/') == NULL && find_by_path(files, w.text, false, path))
        add_program(files, path);
    while (nt_command_next(&command, &w))
        if (w.known && strchr(w.text, '/') != NULL && make_absolute(files, w.text, path))
            add_program(files, path);
}

static void add_places(struct nt_program_files *files, const struct nt_scn_case *c)
{
    const char *adapters = getenv("NATSIM_ADAPTERS"), *built = getenv("NATSIM_ADAPTER_BIN");
    char path[PATH_MAX];
    if (make_absolute(files, c->path, path)) {
        cut_name(path);
        if (realpath(path, files->scenario) == NULL)
            files->scenario[0] = '\0';
        add_place(files, path);
    }
    if (adapters != NULL)
        add_place(files, adapters);
    if (built != NULL)
        add_place(files, built);
    for (size_t i = 0; i < c->agent_count; i++)
        if (c->agents[i].exec != NULL)
            add_command(files, c->agents[i].exec);
    for (size_t i = 0; i < c->step_count; i++)
        if (c->steps[i].kind == NT_STEP_RUN)
            add_command(files, c->steps[i].command);
}

/* --- the environment: what sandbox_init.c gives to all, and these --- */

/* PATH without the directories that programs do not see. */
static void set_path(struct nt_program_files *files)
{
    struct nt_text t = {0};
    const char *path = getenv("PATH");
    nt_text_put(&t, "PATH=");
    for (size_t len, put = 0; path != NULL && *path != '\0'; path += len + (path[len] == ':' ? 1 : 0)) {
        char directory[PATH_MAX], real[PATH_MAX];
        len = strcspn(path, ":");
        snprintf(directory, sizeof directory, "%.*s", (int)len, path);
        if (directory[0] == '/' && realpath(directory, real) != NULL && is_shown(files, real))
            nt_text_printf(&t, "%s%s", put++ > 0 ? ":" : "", directory);
    }
    files->variables[0] = t.p;
    files->memory = files->memory && t.err == NT_OK;
}

static void set_variables(struct nt_program_files *files)
{
    const char *built = getenv("NATSIM_ADAPTER_BIN");
    set_path(files);
    if (built != NULL && asprintf(&files->variables[1], "NATSIM_ADAPTER_BIN=%s", built) < 0)
        files->memory = false;
}

struct nt_program_files *nt_program_files_new(const struct nt_scn_case *c)
{
    struct nt_program_files *files = calloc(1, sizeof *files);
    if (files == NULL)
        return NULL;
    files->memory = true;
    if (getcwd(files->directory, sizeof files->directory) == NULL)
        files->directory[0] = '\0';
    add_places(files, c);
    set_variables(files);
    if (files->memory)
        return files;
    nt_program_files_del(files);
    return NULL;
}

void nt_program_files_del(struct nt_program_files *files)
{
    if (files == NULL)
        return;
    while (files->count > 0)
        remove_place(files, files->count - 1);
    for (size_t i = 0; i < VARIABLES_MAX; i++)
        free(files->variables[i]);
    free(files);
}

void nt_program_files_give(const struct nt_program_files *files, struct nt_sandbox_config *config)
{
    config->places = files->places;
    config->place_count = files->count;
    config->environment = (const char *const *)files->variables;
    config->directory = files->directory[0] != '\0' ? files->directory : NULL;
}

/* --- what is hidden --- */

/* A file that is there, and is hidden. */
static bool is_hidden(const struct nt_program_files *files, const char *path, char real[PATH_MAX])
{
    return realpath(path, real) != NULL && !is_shown(files, real) && !nt_sandbox_makes(real);
}

static void explain_hidden(const char *path, const char *real, char *why, size_t cap)
{
    char directory[PATH_MAX];
    struct stat st;
    bool program = is_program(path), file = stat(real, &st) == 0 && S_ISREG(st.st_mode);
    snprintf(directory, sizeof directory, "%s", real);
    if (!S_ISDIR(st.st_mode))
        cut_name(directory);
    const char *closed = why_closed(directory);
    if (closed == NULL)
        closed = program ? "too many directories are shown already" : file ? "it is not executable" : "it is no program";
    snprintf(why, cap, "'%.150s' is hidden from programs, for %s: %sput it beside the scenario, in a directory of its own%s", path,
             closed, file && !program ? "'chmod +x' it, or " : "", program ? ", or under /usr/local or /opt" : "");
}

bool nt_program_files_hide(const struct nt_program_files *files, const char *command, char *why, size_t cap)
{
    struct nt_command_word w;
    char path[PATH_MAX], real[PATH_MAX];
    if (!nt_command_program(command, &w))
        return false;
    if (strchr(w.text, '/') == NULL && (find_by_path(files, w.text, true, path) || !find_by_path(files, w.text, false, path)))
        return false;
    if ((strchr(w.text, '/') != NULL && !make_absolute(files, w.text, path)) || !is_hidden(files, path, real))
        return false;
    explain_hidden(path, real, why, cap);
    return true;
}

static void tell_of_path(const struct nt_program_files *files, const char *name, struct nt_program_log *log)
{
    char outer[PATH_MAX], inner[PATH_MAX], note[2 * PATH_MAX];
    if (!find_by_path(files, name, false, outer) || !find_by_path(files, name, true, inner) || strcmp(outer, inner) == 0)
        return;
    int n = snprintf(note, sizeof note, "'%s' is %s: '%s' is hidden from programs", name, inner, outer);
    nt_program_log_line(log, "! ", note, (size_t)n);
}

static void tell_of_scenario(const struct nt_program_files *files, struct nt_program_log *log)
{
    char note[PATH_MAX + 200];
    if (files->scenario[0] == '\0' || is_shown(files, files->scenario))
        return;
    const char *closed = why_closed(files->scenario);
    int n = snprintf(note, sizeof note, "the scenario's directory '%s' is hidden from programs%s%s: give it one of its own",
                     files->scenario, closed != NULL ? ", for " : "", closed != NULL ? closed : "");
    nt_program_log_line(log, "! ", note, (size_t)n);
}

void nt_program_files_tell(const struct nt_program_files *files, const char *command, struct nt_program_log *log)
{
    struct nt_command_word w;
    char path[PATH_MAX], real[PATH_MAX], note[512];
    tell_of_scenario(files, log);
    if (nt_command_program(command, &w) && strchr(w.text, '/') == NULL)
        tell_of_path(files, w.text, log);
    while (nt_command_next(&command, &w)) {
        if (!w.known || strchr(w.text, '/') == NULL || !make_absolute(files, w.text, path) || !is_hidden(files, path, real))
            continue;
        explain_hidden(path, real, note, sizeof note);
        nt_program_log_line(log, "! ", note, strlen(note));
    }
}
