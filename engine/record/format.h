// SPDX-License-Identifier: Apache-2.0
#pragma once

// The session file: a recording of monitoring frames. All integers little endian.
//
//   file    = magic (8 bytes), headerLength u32, headerCrc u32, header (CBOR map), record*
//   record  = length u32, crc u32, type u8, ts i64, payload
//             length counts type, ts and payload; crc (CRC-32 as in zlib) covers the same bytes.
//             ts is the frame's wall-clock ms.
//
//   type 1  Frame   payload = encodeFrame(), as it came from the source. The first one is a snapshot. Events of
//                   messages are packed (engine/monitor/tracelog.h): a busy engine makes a million a second.
//   type 2  Index   payload = encodeFrame() of a snapshot of everything known at this point, without events.
//                   Redundant: seek starts at one, replay from the start skips them.
//   type 3  Loss    payload = CBOR map {frames, events}: lost before this point because the disk was too slow.
//   type 4  End     payload = CBOR map {frames}: the recorder closed the file. Missing after a crash.
//   others          skipped (written by a newer version with the same header version).
//
//   header  = {v: int, tool: text, started: wall ms, origin_us: monotonic us at the same moment, source: text}
//
// The file is only ever appended to. After a crash it is readable up to the last whole record. An Index follows
// when 5 s have passed and half the size of the last snapshot has been written, or after 2 000 frames, so that a
// seek decodes little more than one snapshot and indices never make up more than about two thirds of the file.
// Tokens and message payloads are never written: see withoutSecrets().

#include "engine/base/result.h"
#include "engine/monitor/frame.h"

#include <QByteArray>
#include <QString>

namespace dormouse::record {

inline constexpr char kMagic[] = "\x89" "DMS\r\n\x1a\n"; ///< shows text-mode damage, as in PNG
inline constexpr int kMagicBytes = 8;
inline constexpr int kFormatVersion = 1;
inline constexpr int kRecordHeadBytes = 8;  ///< length and crc
inline constexpr int kRecordFixedBytes = 9; ///< type and ts
inline constexpr quint32 kMaxRecordBytes = 512u * 1024 * 1024;
inline constexpr quint32 kMaxHeaderBytes = 64 * 1024;

enum class RecordType : quint8 { Frame = 1, Index = 2, Loss = 3, End = 4 };

struct SessionHeader
{
    int version = kFormatVersion;
    QString tool;          ///< program and version that wrote it
    qint64 startedTs = 0;  ///< wall ms
    qint64 originUs = 0;   ///< monotonic us at startedTs, of the recording machine
    QString source;        ///< what was recorded: URL or name
};

quint32 crc32(QByteArrayView bytes, quint32 seed = 0);
QByteArray encodeHeader(const SessionHeader &header); ///< magic included
QByteArray encodeRecord(RecordType type, qint64 ts, const QByteArray &payload);
QByteArray encodeRecord(RecordType type, const monitor::Frame &frame); ///< Frame or Index
/// The frame as it may be written: message previews removed, query values and texts that look like tokens replaced.
monitor::Frame withoutSecrets(monitor::Frame frame);

} // namespace dormouse::record
