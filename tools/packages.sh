# Debian packages that building, testing and measuring need, and their installation. Sourced by
# ./run, ./test and make bench.
PACKAGES_TO_BUILD="gcc g++ make libc6-dev libmicrohttpd-dev libgnutls28-dev libsimdjson-dev
    libxxhash-dev libcurl4-gnutls-dev libcsv-dev libinih-dev libsqlite3-dev libpq-dev libzip-dev
    libexpat1-dev curl"
PACKAGES_TO_TEST="git python3 python3-yaml python3-jsonschema libcmocka-dev libhiredis-dev
    postgresql clang clang-format clang-tidy cppcheck openssl systemd valgrind zsh groff-base
    chromium"

PACKAGES_TO_BENCH="wrk postgresql-15 redis-server nginx-light linux-perf"
# For web/. Node.js's own packages bring npm along and do not get on with Debian's.
command -v npm >/dev/null || PACKAGES_TO_BUILD="$PACKAGES_TO_BUILD nodejs npm"

# Installs those of "$@" that are missing, as root or through sudo.
packages_install() {
    missing=
    for package in "$@"; do
        # shellcheck disable=SC2016
        [ "$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null)" = installed ] ||
            missing="$missing $package"
    done
    [ -n "$missing" ] || return 0
    echo "== Installing:$missing"
    as_root=
    if [ "$(id -u)" != 0 ]; then
        if ! command -v sudo >/dev/null; then
            echo "These Debian packages are missing:$missing" >&2
            echo "Install them as root: apt-get install$missing" >&2
            exit 1
        fi
        as_root=sudo
    fi
    # The lists of a fresh machine may be empty or old: only then are they fetched first.
    # shellcheck disable=SC2086
    $as_root env DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends \
        $missing >/dev/null 2>&1 || {
        $as_root apt-get update -qq
        $as_root env DEBIAN_FRONTEND=noninteractive apt-get install -qq -y \
            --no-install-recommends $missing >/dev/null
    }
}
