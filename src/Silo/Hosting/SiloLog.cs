using MetaGrains.Silo.Settings;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Console;

namespace MetaGrains.Silo.Hosting;

/// <summary>The log: one line per event on standard error, since standard output says when the silo is ready.</summary>
internal static partial class SiloLog
{
    public const string Category = "MetaGrains.Silo";

    public static void Configure(ILoggingBuilder logging, SiloSettings settings)
    {
        logging.ClearProviders().SetMinimumLevel(settings.LogLevel);
        logging.AddFilter("Microsoft", LogLevel.Warning);
        // The host tells failures of a start with their trace; the process ends with one line that says what to do.
        logging.AddFilter("Microsoft.Extensions.Hosting.Internal.Host", LogLevel.None);
        logging.Services.Configure<ConsoleLoggerOptions>(console => console.LogToStandardErrorThreshold = LogLevel.Trace);
        if (settings.Production)
            logging.AddJsonConsole(console => (console.UseUtcTimestamp, console.TimestampFormat) = (true, "O"));
        else
            logging.AddSimpleConsole(console => (console.SingleLine, console.UseUtcTimestamp, console.TimestampFormat) = (true, true, "HH:mm:ss.fff "));
    }

    [LoggerMessage(EventId = 4011, Level = LogLevel.Information, Message = "MetaGrains {Version} runs a silo on the engine {Engine}; its gateway is {Gateway}")]
    public static partial void Started(ILogger logger, string version, string engine, string gateway);

    [LoggerMessage(EventId = 4012, Level = LogLevel.Warning, Message = "Stub mode: Graph requests are answered by a simulator in this process; access token {Token}")]
    public static partial void Stub(ILogger logger, string token);
}
