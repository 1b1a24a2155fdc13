// SPDX-License-Identifier: Apache-2.0
#pragma once

// Plain sockets on epoll, without Qt: the generator and the baseline must cost less than what they measure.

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace dormouse::bench {

std::int64_t nowUs();

class Stream;

/// Level-triggered epoll; output of a turn leaves at its end, in one write per socket. One thread.
class Loop
{
public:
    Loop();
    ~Loop();
    Loop(const Loop &) = delete;
    Loop &operator=(const Loop &) = delete;

    void turn(int timeoutMs);
    /// Turns until done() or the deadline; false = deadline.
    bool until(const std::function<bool()> &done, int timeoutMs);
    void forMs(int ms);
    /// A listening descriptor: called when it is readable.
    void watch(int descriptor, std::function<void()> readable);

private:
    friend class Stream;
    struct Watched
    {
        int descriptor;
        std::function<void()> readable;
    };
    void add(Stream &stream);
    void remove(Stream &stream);
    void wantWrite(Stream &stream, bool on);

    int m_epoll;
    std::vector<char> m_scratch;
    std::vector<Stream *> m_dirty;
    std::vector<Stream *> m_batch; ///< of the turn under way; a removed stream is nulled here
    std::vector<Watched *> m_watched;
};

/// One connected TCP socket with an output buffer. Closing is final.
class Stream
{
public:
    Stream(Loop &loop, int descriptor);
    virtual ~Stream();
    Stream(const Stream &) = delete;
    Stream &operator=(const Stream &) = delete;

    bool isOpen() const { return m_descriptor >= 0; }
    void drop();
    std::string &out()
    {
        markDirty();
        return m_out;
    }
    std::size_t queued() const { return m_out.size() - m_outAt; }

protected:
    /// Input of one read; may be changed in place.
    virtual void received(char *data, std::size_t size) = 0;
    virtual void ended() {}

    Loop &m_loop;

private:
    friend class Loop;
    void markDirty();
    void readReady(std::vector<char> &scratch);
    void flush();

    int m_descriptor;
    std::string m_out;
    std::size_t m_outAt = 0;
    bool m_dirty = false;
    bool m_waitsToWrite = false;
};

/// Connects to 127.0.0.1; -1 when refused.
int connectLocal(int port);

/// Cuts a byte stream into WebSocket frames, unmasking in place. Messages are expected unfragmented.
class FrameCutter
{
public:
    /// handler(opcode, payload): return false to stop (the object may be gone then).
    using Handler = std::function<bool(int, std::string_view)>;
    void feed(char *data, std::size_t size, const Handler &handler);

private:
    static std::size_t cut(char *data, std::size_t size, const Handler &handler, bool &stopped);
    std::vector<char> m_partial;
};

enum Opcode { kText = 1, kBinary = 2, kClose = 8, kPing = 9, kPong = 10 };
/// Appends the header of one final frame; masked ones use the mask key 0, which leaves the payload as it is.
void appendFrameHeader(std::string &out, int opcode, std::size_t size, bool masked);
inline void appendFrame(std::string &out, int opcode, std::string_view payload, bool masked)
{
    appendFrameHeader(out, opcode, payload.size(), masked);
    out.append(payload);
}

} // namespace dormouse::bench
