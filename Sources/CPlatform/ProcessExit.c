#include <openssl/crypto.h>

// libcrypto frees its tables in an exit handler. Threads that are still in libcurl or libsnmp then, as those of
// StartThread may be, read what has been freed and end the process with SIGSEGV before standard output is written.
// The handler is refused before anything else can register it: OPENSSL_init_crypto(3), OPENSSL_INIT_NO_ATEXIT.
__attribute__((constructor)) static void keep_libcrypto_to_the_end(void)
{
    OPENSSL_init_crypto(OPENSSL_INIT_NO_ATEXIT, NULL);
}
