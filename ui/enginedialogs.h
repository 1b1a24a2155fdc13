// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QDialog>
#include <QString>
#include <QStringList>

class QCheckBox;
class QComboBox;
class QLineEdit;
class QSettings;

namespace dormouse {

struct ConnectTarget
{
    QString url;   ///< as typed: ws, wss, http, https or HOST:PORT
    QString token; ///< never kept
    bool readWrite = false;
};

struct EngineTarget
{
    QString host = QStringLiteral("127.0.0.1");
    quint16 port = 0; ///< 0 = any free one
    QString dataDir;  ///< empty = nothing is kept
};

/// The last addresses or files, newest first, kept in the settings. Thread: the UI thread.
class RecentList
{
public:
    static constexpr int kMax = 10;
    /// settings may be nullptr: the list is always empty then.
    RecentList(QSettings *settings, const QString &key) : m_settings(settings), m_key(key) {}
    QStringList entries() const;
    void add(const QString &entry);

private:
    QSettings *m_settings;
    QString m_key;
};

/// Asks which remote engine to show; it is opened read-only unless the box is ticked.
class ConnectDialog final : public QDialog
{
    Q_OBJECT
public:
    explicit ConnectDialog(const QStringList &recent, QWidget *parent = nullptr);
    ConnectTarget target() const;

private:
    QComboBox *m_url;
    QLineEdit *m_token;
    QCheckBox *m_readWrite;
};

/// Asks where one more engine in this process listens and what it keeps.
class EngineDialog final : public QDialog
{
    Q_OBJECT
public:
    explicit EngineDialog(QWidget *parent = nullptr);
    EngineTarget target() const;

private:
    void check();
    QLineEdit *m_address, *m_folder;
    class QPushButton *m_start;
};

} // namespace dormouse
