// SPDX-License-Identifier: Apache-2.0
#include "models/payload.h"

#include <QCborStreamReader>
#include <QCborValue>
#include <QJsonDocument>
#include <QStringDecoder>

#include <algorithm>

namespace dormouse {

namespace {

bool decodeUtf8(const QByteArray &bytes, QString *text)
{
    QStringDecoder decoder(QStringDecoder::Utf8, QStringDecoder::Flag::Stateless);
    *text = decoder(bytes);
    return !decoder.hasError();
}

bool decodeCbor(const QByteArray &bytes, QCborValue *value)
{
    QCborParserError error;
    QCborStreamReader reader(bytes);
    *value = QCborValue::fromCbor(reader);
    error.error = reader.lastError();
    return error.error == QCborError::NoError && reader.currentOffset() == bytes.size() && !value->isInvalid();
}

QString hexText(const QByteArray &bytes)
{
    QString out;
    for (qsizetype at = 0; at < bytes.size(); at += 16) {
        const QByteArray line = bytes.mid(at, 16);
        QString shown;
        for (const char c : line)
            shown += c >= 0x20 && c < 0x7f ? QChar::fromLatin1(c) : QChar(u'.');
        out += QStringLiteral("%1  %2  %3\n")
                   .arg(at, 4, 16, QChar(u'0')).arg(QString::fromLatin1(line.toHex(' ')), -47).arg(shown);
    }
    out.chop(1);
    return out;
}

} // namespace

PayloadForm guessPayloadForm(const QByteArray &bytes)
{
    QString text;
    if (decodeUtf8(bytes, &text)) {
        const bool plain = std::all_of(text.cbegin(), text.cend(), [](QChar c) {
            return c.isPrint() || c.isSpace() || c.isHighSurrogate() || c.isLowSurrogate();
        });
        QJsonParseError error;
        const QJsonDocument document = QJsonDocument::fromJson(bytes, &error);
        if (plain && !document.isNull() && error.error == QJsonParseError::NoError)
            return PayloadForm::Json;
        if (plain)
            return PayloadForm::Text;
    }
    QCborValue value;
    if (decodeCbor(bytes, &value) && (value.isMap() || value.isArray()))
        return PayloadForm::Cbor;
    return PayloadForm::Hex;
}

QString payloadText(const QByteArray &bytes, PayloadForm form, QString *error)
{
    error->clear();
    switch (form) {
    case PayloadForm::Hex:
        return hexText(bytes);
    case PayloadForm::Text: {
        QString text;
        if (decodeUtf8(bytes, &text))
            return text;
        *error = QStringLiteral("not UTF-8");
        return {};
    }
    case PayloadForm::Json: {
        QJsonParseError parse;
        const QJsonDocument document = QJsonDocument::fromJson(bytes, &parse);
        if (parse.error == QJsonParseError::NoError)
            return QString::fromUtf8(document.toJson(QJsonDocument::Indented)).trimmed();
        *error = QStringLiteral("byte %1: %2").arg(parse.offset).arg(parse.errorString());
        return {};
    }
    case PayloadForm::Cbor: {
        QCborValue value;
        if (decodeCbor(bytes, &value))
            return value.toDiagnosticNotation(QCborValue::LineWrapped);
        *error = QStringLiteral("not one CBOR item");
        return {};
    }
    }
    return {};
}

} // namespace dormouse
