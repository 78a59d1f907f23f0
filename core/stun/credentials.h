/* The limits of long-term credentials (RFC 8489, sections 9.2 and 14). login.h is the client's side, realm.h the server's. */
#ifndef NT_STUN_CREDENTIALS_H
#define NT_STUN_CREDENTIALS_H

#define NT_STUN_TEXT_MAX 128     /* realm, nonce: fewer than 128 characters (14.9, 14.10) */
#define NT_STUN_TEXT_BYTES 764   /* and at most 763 bytes */
#define NT_STUN_USER_BYTES 509   /* USERNAME: fewer than 509 bytes (14.3) */
#define NT_STUN_PASSWORD_MAX 255 /* bytes; a limit of ours */

#endif
