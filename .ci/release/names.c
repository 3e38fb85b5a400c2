// Where a static gonogo looks up hosts, users and groups: /etc/hosts, DNS, /etc/passwd, /etc/group, and nowhere else.
//
// Otherwise glibc loads the modules that the machine's /etc/nsswitch.conf names. They are made for the machine's own
// glibc, and crash in a program that holds another one. musl looks nowhere else either.
#include <nss.h>

__attribute__((constructor)) static void names(void) {
    __nss_configure_lookup("hosts", "files dns");
    __nss_configure_lookup("passwd", "files");
    __nss_configure_lookup("group", "files");
}
