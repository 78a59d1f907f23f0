#include "scenarios/model/words.h"
#include "natsim/fabric/fabric.h"
#include "scenarios/model/case.h"

// clang-format off
const struct nt_word nt_role_words[] = {
    {"controlling", NT_ICE_CONTROLLING, false},
    {"controlled", NT_ICE_CONTROLLED, false},
    {NULL, 0, false},
};
const struct nt_word nt_agent_state_words[] = {
    {"new", NT_ICE_NEW, false},
    {"gathering", NT_ICE_GATHERING, false},
    {"running", NT_ICE_RUNNING, false},
    {"completed", NT_ICE_COMPLETED, false},
    {"failed", NT_ICE_FAILED, false},
    {"disconnected", NT_ICE_DISCONNECTED, false},
    {"closed", NT_ICE_CLOSED, false},
    {NULL, 0, false},
};
const struct nt_word nt_pair_state_words[] = {
    {"frozen", NT_ICE_FROZEN, false},
    {"waiting", NT_ICE_WAITING, false},
    {"in-progress", NT_ICE_IN_PROGRESS, false},
    {"succeeded", NT_ICE_SUCCEEDED, false},
    {"failed", NT_ICE_PAIR_FAILED, false},
    {NULL, 0, false},
};
const struct nt_word nt_link_words[] = {
    {"down", 0, false},
    {"up", 1, false},
    {NULL, 0, false},
};
const struct nt_word nt_nat_step_words[] = {
    {"reboot", NT_CTL_REBOOT, false},
    {"flush", NT_CTL_FLUSH, false},
    {"renumber", NT_CTL_RENUMBER, false},
    {NULL, 0, false},
};
const struct nt_word nt_server_step_words[] = {
    {"stop", NT_SERVER_STOP, false},
    {"start", NT_SERVER_START, false},
    {"reset", NT_SERVER_RESET, false},
    {"refuse", NT_SERVER_REFUSE, false},
    {"slow", NT_SERVER_SLOW, false},
    {"revoke", NT_SERVER_REVOKE, false},
    {NULL, 0, false},
};
const struct nt_word nt_way_words[] = {
    {"both", NT_WAY_BOTH, false},
    {"from", NT_WAY_FROM, false},
    {"to", NT_WAY_TO, false},
    {NULL, 0, false},
};
const struct nt_word nt_message_words[] = {
    {"offer", NT_MESSAGE_OFFER, false},
    {"answer", NT_MESSAGE_ANSWER, false},
    {"any", NT_MESSAGE_ANY, false},
    {"candidate", NT_MESSAGE_CANDIDATE, false},
    {NULL, 0, false},
};
// clang-format on

const char *nt_word_name(const struct nt_word *words, int64_t value)
{
    for (; words->name != NULL; words++)
        if (words->value == value)
            return words->name;
    return "?";
}

const char *nt_role_name(enum nt_ice_role role)
{
    return nt_word_name(nt_role_words, (int)role);
}

const char *nt_agent_state_name(enum nt_ice_state state)
{
    return nt_word_name(nt_agent_state_words, (int)state);
}
