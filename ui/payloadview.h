// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ui/theme.h"

#include <QWidget>

class QComboBox;
class QLabel;
class QPlainTextEdit;

namespace dormouse {

/// Bytes as text, hex, JSON or CBOR; starts with the form they most likely have. A form that does not fit says why.
class PayloadView : public QWidget
{
    Q_OBJECT
public:
    explicit PayloadView(const ThemeManager &theme, const QString &name, QWidget *parent = nullptr);
    void setPayload(const QString &title, const QByteArray &bytes);
    void setNote(const QString &note); ///< instead of bytes
    QString text() const;

private:
    void render();
    QByteArray m_bytes;
    QString m_title;
    QLabel *m_label;
    QComboBox *m_form;
    QPlainTextEdit *m_text;
};

} // namespace dormouse
