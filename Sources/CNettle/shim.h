/* Nettle's SHA-256: assembly for SHA-NI chosen at run time. */
#include <nettle/sha2.h>
