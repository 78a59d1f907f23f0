/* The application of one agent: our ICE agent on its host, its signalling (agent_signalling.h) and its data (agent_data.h). */
#ifndef NT_APPS_AGENT_H
#define NT_APPS_AGENT_H

#include "scenarios/apps/app.h"

struct nt_app_agent;

struct nt_app_agent *nt_app_agent_new(const struct nt_app_context *context); /* NULL without memory */
void nt_app_agent_del(struct nt_app_agent *a);                               /* after the fabric */
struct nt_party nt_app_agent_party(struct nt_app_agent *a);

#endif
