// SPDX-License-Identifier: Apache-2.0
#include "engine/base/databaseurl.h"

#include <QStringList>
#include <QUrl>
#include <QUrlQuery>

using namespace Qt::StringLiterals;

namespace dormouse {

QString DatabaseUrl::shown() const
{
    QUrl url;
    url.setScheme(u"postgresql"_s);
    url.setUserName(user);
    url.setHost(host.startsWith(u'/') ? QString() : host);
    url.setPort(port);
    url.setPath(u'/' % database);
    const QString text = url.toString();
    return host.startsWith(u'/') ? QString(text % u" at "_s % host) : text;
}

Result<DatabaseUrl> parseDatabaseUrl(const QString &text)
{
    const auto invalid = [](const QString &reason) {
        return Error::make("config", "invalid",
                           u"database.url: "_s % reason
                               % u" (wanted: postgresql://user:password@host:port/database)"_s);
    };
    const QUrl url(text, QUrl::StrictMode);
    if (!url.isValid())
        return invalid(u"not a URL"_s);
    if (url.scheme() != "postgresql"_L1 && url.scheme() != "postgres"_L1)
        return invalid(u"the scheme is not postgresql"_s);
    DatabaseUrl out;
    out.host = url.host(QUrl::FullyDecoded);
    out.port = url.port();
    out.user = url.userName(QUrl::FullyDecoded);
    out.password = url.password(QUrl::FullyDecoded);
    out.database = url.path(QUrl::FullyDecoded).mid(1);
    if (out.database.isEmpty())
        return invalid(u"it names no database"_s);
    if (url.hasFragment())
        return invalid(u"a \"#\" in it must be written as %23"_s);
    static const QStringList known{u"connect_timeout"_s, u"passfile"_s, u"sslmode"_s,
                                   u"sslrootcert"_s,     u"sslcert"_s,  u"sslkey"_s};
    const auto items = QUrlQuery(url).queryItems(QUrl::FullyDecoded);
    for (const auto &[name, value] : items) {
        if (name == "host"_L1 && out.host.isEmpty() && value.startsWith(u'/'))
            out.host = value;
        else if (name == "host"_L1)
            return invalid(u"the option host takes the folder of a Unix socket and needs a URL without a host"_s);
        else if (!known.contains(name))
            return invalid(u"there is no option \""_s % name % u'"');
        else if (value.contains(u';'))
            return invalid(u"the option "_s % name % u" must not contain \";\""_s);
        else
            out.options.emplace_back(name, value);
    }
    return out;
}

QString databaseUrlWithoutPassword(const QString &text)
{
    if (text.isEmpty())
        return text;
    QUrl url(text, QUrl::StrictMode);
    if (!url.isValid())
        return u"(set)"_s;
    if (!url.password().isEmpty())
        url.setPassword(u"..."_s);
    return url.toString(QUrl::FullyEncoded);
}

} // namespace dormouse
