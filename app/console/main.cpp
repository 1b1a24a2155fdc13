// SPDX-License-Identifier: Apache-2.0
#include "app/console/application.h"
#include "app/console/options.h"

#include <QApplication>

#include <cstdio>

int main(int argc, char **argv)
{
    QApplication application(argc, argv);
    QApplication::setApplicationName(QStringLiteral("dormouse"));
    QApplication::setApplicationDisplayName(QStringLiteral("Dormouse"));
    QApplication::setOrganizationName(QStringLiteral("dormouse"));
    QApplication::setApplicationVersion(QStringLiteral(DORMOUSE_VERSION));
    const dormouse::Result<dormouse::ConsoleOptions> options = dormouse::parseOptions(QApplication::arguments());
    if (!options) {
        std::fprintf(stderr, "dormouse: %s\nTry --help.\n", qUtf8Printable(options.error().message));
        return 2;
    }
    dormouse::Application console(*options, application);
    console.start();
    const int code = QApplication::exec();
    return code != 0 ? code : console.exitCode();
}
