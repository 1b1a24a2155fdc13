// SPDX-License-Identifier: Apache-2.0
// dormoused: the engine without a window.

#include "app/daemon/certificate.h"
#include "app/daemon/commandline.h"
#include "app/daemon/serve.h"
#include "app/daemon/export.h"

#include <QCoreApplication>

#include <cstdio>

using namespace dormouse;

int main(int argc, char **argv)
{
    QCoreApplication application(argc, argv);
    QCoreApplication::setApplicationName(QStringLiteral("dormouse"));
    QCoreApplication::setApplicationVersion(QStringLiteral(DORMOUSE_VERSION));

    const Result<CommandLine> parsed = parseCommandLine(application.arguments().mid(1));
    if (!parsed) {
        std::fprintf(stderr, "dormoused: %s\nTry 'dormoused --help'.\n", qUtf8Printable(parsed.error().message));
        return kExitUsage;
    }
    switch (parsed->command) {
    case CommandLine::Command::Help:
        std::fputs(helpText().constData(), stdout);
        return kExitOk;
    case CommandLine::Command::Version:
        std::printf("dormoused %s\n", DORMOUSE_VERSION);
        return kExitOk;
    case CommandLine::Command::Config:
        return printConfig(*parsed);
    case CommandLine::Command::Serve:
        return serve(application, *parsed);
    case CommandLine::Command::Certificate:
        return makeCertificate(*parsed);
    case CommandLine::Command::Export:
        return exportRecording(*parsed);
    }
    return kExitFailed;
}
