// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QByteArrayView>

// Each reads any bytes as a peer would send them, in pieces of several sizes, and dies with a message when two ways of
// reading differ or a promise of the reader is broken.
namespace dormouse::fuzz {

/// Size of the pieces, then requests one after the other.
void checkHead(QByteArrayView bytes);
/// Size of the pieces, then a body: chunked when that size is odd, else of the announced length in the next byte.
/// What is accepted is compared with a second, simpler reader of chunks.
void checkBody(QByteArrayView bytes);
/// Size of the pieces, then frames: from a client when that size is odd, else from a server.
void checkFrame(QByteArrayView bytes);

} // namespace dormouse::fuzz
