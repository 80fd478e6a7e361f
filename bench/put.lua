-- Requests for wrk, made before by `load --write-requests`: each is sent once, so that each changes
-- what it names, or with STOCKD_BENCH_AGAIN=1 over and over. They are read from memory shared with
-- that program; one copy a request is all that Lua does. Prints requests_taken=N in the end.
local ffi = require("ffi")
ffi.cdef [[
int open(const char *path, int flags);
long lseek(int fd, long offset, int whence);
void *mmap(void *address, size_t size, int protection, int flags, int fd, long offset);
]]
local SEEK_END, PROT_READ, MAP_SHARED = 2, 1, 1
local LENGTH_BYTES = 8

local fd = ffi.C.open(os.getenv("STOCKD_BENCH_REQUESTS"), 0)
local size = tonumber(ffi.C.lseek(fd, 0, SEEK_END))
local memory = ffi.C.mmap(nil, size, PROT_READ, MAP_SHARED, fd, 0)
assert(size > 0 and memory ~= ffi.cast("void *", -1), "the file of requests cannot be read")
local begin = ffi.cast("const char *", memory)
local again = os.getenv("STOCKD_BENCH_AGAIN") == "1"
local threads = {}
local at = 0

-- wrk calls request() once before any is sent, to look at it: the first one comes twice.
taken = -1

function setup(thread)
    threads[#threads + 1] = thread
end

function request()
    taken = taken + 1
    if at == size and again then
        at = 0
    end
    assert(at < size, "there are not enough requests for the round")
    local length = tonumber(ffi.cast("const uint64_t *", begin + at)[0])
    local text = ffi.string(begin + at + LENGTH_BYTES, length)
    if taken > 0 then
        at = at + LENGTH_BYTES + length
    end
    return text
end

function done(summary, latency)
    local errors = summary.errors
    io.write(string.format("requests_taken=%d p50_us=%d p99_us=%d max_us=%d not_ok=%d\n",
                           threads[1]:get("taken"), latency:percentile(50), latency:percentile(99),
                           latency.max, errors.status + errors.read + errors.timeout))
end
