// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/embedded/publisher.h"
#include "engine/record/sessionwriter.h"

#include <memory>

namespace dormouse {

/// Records the engine of this process into a session file, trace events included. A slow disk makes frames larger
/// and rarer; events beyond Publisher::kMaxEvents are lost and counted in the file.
/// Thread: made and used from one thread (the main thread); the engine is reached through post.
class Recorder
{
public:
    using Post = std::function<void(std::function<void(Core &, Publisher &)>)>;

    explicit Recorder(Post post);
    ~Recorder(); ///< stop()

    /// Errors: record.cannot_write; record.already_running.
    Status start(const QString &path, const QString &sourceName, const Clock &clock);
    bool isRunning() const { return m_writer != nullptr; }
    record::SessionWriter::Stats stats() const;
    /// Takes what the engine has to tell until now and closes the file. Waits for the engine thread, at most two
    /// seconds: call it before the engine is stopped. Errors: record.cannot_write.
    Status stop();

private:
    Post m_post;
    std::shared_ptr<record::SessionWriter> m_writer; ///< shared with the engine thread while it records
    std::shared_ptr<int> m_consumer;                 ///< engine thread only
};

} // namespace dormouse
