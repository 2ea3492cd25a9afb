/* Nettle's SHA-256, alone and keyed: assembly for SHA-NI chosen at run time. */
#include <nettle/hmac.h>
#include <nettle/sha2.h>
