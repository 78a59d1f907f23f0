/* The public face of core/stun: codec, keys, transactions, credentials, Binding server, behaviour discovery. */
#ifndef NT_STUN_STUN_H
#define NT_STUN_STUN_H

#include "core/stun/admission.h"
#include "core/stun/attributes.h"
#include "core/stun/binding_client.h"
#include "core/stun/binding_server.h"
#include "core/stun/discovery.h"
#include "core/stun/failure.h"
#include "core/stun/integrity.h"
#include "core/stun/login.h"
#include "core/stun/message.h"
#include "core/stun/realm.h"
#include "core/stun/transaction.h"

#endif
