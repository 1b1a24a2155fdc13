// SPDX-License-Identifier: Apache-2.0
#include "app/daemon/certificate.h"

#include <QDir>
#include <QFile>
#include <QHostAddress>
#include <QProcess>
#include <QStandardPaths>

#include <cstdio>

#include <sys/stat.h>

namespace dormouse {

namespace {

constexpr int kPatienceMs = 30'000;

int fail(const QString &message)
{
    std::fprintf(stderr, "dormoused: %s\n", qUtf8Printable(message));
    return kExitFailed;
}

} // namespace

int makeCertificate(const CommandLine &line)
{
    const QString program = QStandardPaths::findExecutable(QStringLiteral("openssl"));
    if (program.isEmpty())
        return fail(QStringLiteral("the openssl tool is not installed"));
    const QDir folder(line.output.isEmpty() ? QStringLiteral(".") : line.output);
    if (!folder.exists() && !folder.mkpath(QStringLiteral(".")))
        return fail(QStringLiteral("cannot make the folder %1").arg(folder.path()));
    const QString certificate = folder.absoluteFilePath(QStringLiteral("certificate.pem"));
    const QString key = folder.absoluteFilePath(QStringLiteral("key.pem"));
    for (const QString &file : {certificate, key}) {
        if (QFile::exists(file))
            return fail(QStringLiteral("%1 exists already").arg(file));
    }
    QStringList names = line.names;
    if (names.isEmpty())
        names = {QStringLiteral("localhost"), QStringLiteral("127.0.0.1"), QStringLiteral("::1")};
    QStringList alternatives;
    for (const QString &name : names)
        alternatives.append((QHostAddress(name).isNull() ? u"DNS:" : u"IP:") + name);
    const mode_t before = ::umask(S_IRWXG | S_IRWXO); // the tool makes the key with what the mask leaves
    QProcess tool;
    tool.start(program, {QStringLiteral("req"), QStringLiteral("-x509"), QStringLiteral("-newkey"), QStringLiteral("ec"),
                         QStringLiteral("-pkeyopt"), QStringLiteral("ec_paramgen_curve:prime256v1"),
                         QStringLiteral("-nodes"), QStringLiteral("-sha256"), QStringLiteral("-days"),
                         QStringLiteral("825"), QStringLiteral("-keyout"), key, QStringLiteral("-out"), certificate,
                         QStringLiteral("-subj"), QString(u"/CN=" % names.front()), QStringLiteral("-addext"),
                         QString(u"subjectAltName=" % alternatives.join(u','))});
    const bool finished = tool.waitForFinished(kPatienceMs);
    ::umask(before);
    if (!finished || tool.exitStatus() != QProcess::NormalExit || tool.exitCode() != 0)
        return fail(QStringLiteral("openssl failed: %1").arg(QString::fromLocal8Bit(tool.readAllStandardError()).trimmed()));
    std::printf("%s\n%s\n", qUtf8Printable(certificate), qUtf8Printable(key));
    return kExitOk;
}

} // namespace dormouse
