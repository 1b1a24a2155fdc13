// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QAbstractItemModel>
#include <QByteArray>
#include <QList>
#include <QPersistentModelIndex>
#include <QPointer>
#include <QStringList>

#include <functional>

class QIODevice;

namespace dormouse {

/// Any table of the console as text for other programs (console.md rows 75 and 76). Column names are the keys of the
/// model, never translated words. Numbers are raw (bytes, ms, us); wall times are ISO 8601 in UTC with milliseconds;
/// unknown is an empty field in CSV and absent in JSON. Thread: the thread of the model.
class TableExport
{
public:
    enum class Format { Csv, JsonLines };

    /// columns: model columns in the order wanted.
    TableExport(const QAbstractItemModel &model, QList<int> columns, Format format);

    QByteArray header() const; ///< CSV: the first line; JSON Lines: empty
    QByteArray row(int row) const; ///< with line end: CRLF in CSV (RFC 4180), LF in JSON Lines

private:
    const QAbstractItemModel &m_model;
    QList<int> m_columns;
    QStringList m_names;
    Format m_format;
};

/// Writes a table piece by piece, so that a large one does not stop the window. Rows are those that the table showed at
/// the start; a row that disappears meanwhile is left out. Deletes nothing: the owner keeps the device.
class TableWriter final : public QObject
{
    Q_OBJECT
public:
    static constexpr int kRowsPerTurn = 2'000;

    /// device must be open for writing and outlive this object.
    TableWriter(QAbstractItemModel *model, const QList<int> &columns, TableExport::Format format, QIODevice *device,
                QObject *parent = nullptr);
    void start();
    int rows() const { return m_total; }

Q_SIGNALS:
    /// error empty = complete.
    void finished(int rowsWritten, const QString &error);

private:
    void step();
    void fail(const QString &error);

    QPointer<QAbstractItemModel> m_model;
    TableExport m_export;
    QIODevice *m_device;
    QStringList m_ids; ///< live tables move their rows; empty for tables that only append
    int m_total = 0;
    int m_next = 0;
    int m_written = 0;
};

} // namespace dormouse
