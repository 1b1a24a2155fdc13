// SPDX-License-Identifier: Apache-2.0
#include "models/tableexport.h"

#include "models/livetablemodel.h"

#include <QDateTime>
#include <QIODevice>
#include <QJsonDocument>
#include <QJsonObject>
#include <QTimer>

#include <cmath>

namespace dormouse {

namespace {

QString isoTime(qint64 ts)
{
    return QDateTime::fromMSecsSinceEpoch(ts, Qt::UTC).toString(QStringLiteral("yyyy-MM-ddTHH:mm:ss.zzzZ"));
}

/// What a cell is worth to a program; invalid = unknown.
QVariant cellValue(const QModelIndex &index)
{
    const QVariant kindValue = index.data(CellKindRole);
    const auto kind = kindValue.isValid() ? CellKind(kindValue.toInt()) : CellKind::Text;
    const QVariant raw = index.data(RawRole);
    switch (kind) {
    case CellKind::Time:
        return raw.isValid() ? QVariant(isoTime(raw.toLongLong())) : QVariant();
    case CellKind::YesNo:
        return raw.isValid() ? QVariant(raw.toBool()) : QVariant();
    case CellKind::State:
        return index.data(Qt::DisplayRole);
    case CellKind::Text:
    case CellKind::Id:
    case CellKind::Count:
    case CellKind::Bytes:
    case CellKind::BytesBar:
    case CellKind::SlotsBar:
    case CellKind::Age:
    case CellKind::Duration:
    case CellKind::Micros:
    case CellKind::Rate:
        return raw;
    }
    return {};
}

bool isNumeric(const QVariant &value)
{
    switch (value.typeId()) {
    case QMetaType::Double:
    case QMetaType::Float:
    case QMetaType::Int:
    case QMetaType::UInt:
    case QMetaType::LongLong:
    case QMetaType::ULongLong:
        return true;
    default:
        return false;
    }
}

QByteArray numberText(double value)
{
    return std::floor(value) == value && std::abs(value) < 9e15 ? QByteArray::number(qint64(value))
                                                               : QByteArray::number(value, 'g', 15);
}

QByteArray csvField(const QVariant &value)
{
    if (!value.isValid())
        return {};
    if (value.typeId() == QMetaType::Bool)
        return value.toBool() ? "true" : "false";
    if (isNumeric(value))
        return numberText(value.toDouble());
    QByteArray text = value.toString().toUtf8();
    if (!text.contains('"') && !text.contains(',') && !text.contains('\n') && !text.contains('\r'))
        return text;
    return '"' + text.replace('"', "\"\"") + '"';
}

} // namespace

TableExport::TableExport(const QAbstractItemModel &model, QList<int> columns, Format format)
    : m_model(model), m_columns(std::move(columns)), m_format(format)
{
    for (const int column : std::as_const(m_columns)) {
        QString key = model.headerData(column, Qt::Horizontal, ColumnKeyRole).toString();
        if (key.isEmpty() && model.rowCount() > 0)
            key = model.index(0, column).data(ColumnKeyRole).toString();
        m_names.append(key.isEmpty() ? model.headerData(column, Qt::Horizontal).toString() : key);
    }
}

QByteArray TableExport::header() const
{
    if (m_format == Format::JsonLines)
        return {};
    QByteArrayList fields;
    for (const QString &name : m_names)
        fields.append(csvField(name));
    return fields.join(',') + "\r\n";
}

QByteArray TableExport::row(int row) const
{
    if (m_format == Format::Csv) {
        QByteArrayList fields;
        for (const int column : m_columns)
            fields.append(csvField(cellValue(m_model.index(row, column))));
        return fields.join(',') + "\r\n";
    }
    QJsonObject object;
    for (qsizetype i = 0; i < m_columns.size(); ++i) {
        const QVariant value = cellValue(m_model.index(row, m_columns.at(i)));
        if (value.isValid())
            object.insert(m_names.at(i), QJsonValue::fromVariant(value));
    }
    return QJsonDocument(object).toJson(QJsonDocument::Compact) + '\n';
}

TableWriter::TableWriter(QAbstractItemModel *model, const QList<int> &columns, TableExport::Format format, QIODevice *device,
                         QObject *parent)
    : QObject(parent), m_model(model), m_export(*model, columns, format), m_device(device), m_total(model->rowCount())
{
    if (const auto *live = qobject_cast<LiveTableModel *>(model)) {
        m_ids.reserve(m_total);
        for (int row = 0; row < m_total; ++row)
            m_ids.append(live->idAt(row));
    }
}

void TableWriter::start()
{
    const QByteArray header = m_export.header();
    if (m_device->write(header) != header.size()) {
        fail(m_device->errorString());
        return;
    }
    QTimer::singleShot(0, this, &TableWriter::step);
}

void TableWriter::step()
{
    if (!m_model) {
        fail(QStringLiteral("the table is gone"));
        return;
    }
    const auto *live = qobject_cast<LiveTableModel *>(m_model);
    const int end = std::min(m_total, m_next + kRowsPerTurn);
    QByteArray text;
    for (; m_next < end; ++m_next) {
        const int row = live ? live->rowOf(m_ids.at(m_next)) : m_next;
        if (row < 0 || row >= m_model->rowCount())
            continue;
        text += m_export.row(row);
        ++m_written;
    }
    if (m_device->write(text) != text.size()) {
        fail(m_device->errorString());
        return;
    }
    if (m_next < m_total)
        QTimer::singleShot(0, this, &TableWriter::step);
    else
        Q_EMIT finished(m_written, {});
}

void TableWriter::fail(const QString &error)
{
    Q_EMIT finished(m_written, error.isEmpty() ? QStringLiteral("write failed") : error);
}

} // namespace dormouse
