using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using Spectre.Console;

namespace MetaGrains.Cli.Output;

/// <summary>
/// What a verb says: results on standard output, progress on standard error, and with <c>--json</c> one JSON object
/// as the last line of standard output.
/// </summary>
public sealed class Terminal
{
    private static readonly JsonSerializerOptions Json = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        DictionaryKeyPolicy = null,
        DefaultIgnoreCondition = JsonIgnoreCondition.Never,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.SnakeCaseLower) },
    };

    // A file has no width: wide enough that no cell is cut.
    private const int RedirectedWidth = 200;

    private readonly bool _json;
    private readonly TextWriter _out;
    private readonly TextWriter _error;

    /// <summary>A terminal on the process's streams.</summary>
    public Terminal(bool json)
        : this(json, System.Console.Out, System.Console.Error)
    {
    }

    /// <summary>A terminal on given streams.</summary>
    public Terminal(bool json, TextWriter output, TextWriter error)
    {
        (_json, _out, _error) = (json, output, error);
        var redirected = json ? System.Console.IsErrorRedirected : System.Console.IsOutputRedirected;
        Console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Out = new AnsiConsoleOutput(json ? error : output),
            Ansi = redirected ? AnsiSupport.No : AnsiSupport.Detect,
            ColorSystem = redirected ? ColorSystemSupport.NoColors : ColorSystemSupport.Detect,
        });
        if (redirected)
            Console.Profile.Width = RedirectedWidth;
    }

    /// <summary>Where tables go: standard output, or standard error where that belongs to JSON.</summary>
    public IAnsiConsole Console { get; }

    /// <summary>Whether standard output belongs to the result object.</summary>
    public bool IsJson => _json;

    /// <summary>One line of progress.</summary>
    public void Progress(string line) => _error.WriteLine($"metagrains: {line}");

    /// <summary>One line for the reader.</summary>
    public void Line(string line) => (_json ? _error : _out).WriteLine(line);

    /// <summary>The result object; printed only with <c>--json</c>.</summary>
    public void Result<T>(T result)
    {
        if (_json)
            _out.WriteLine(JsonSerializer.Serialize(result, Json));
    }

    /// <summary>A failure: one line, and with <c>--json</c> an object with <c>error</c> and <c>exit_code</c>.</summary>
    public int Fail(CliException failure)
    {
        _error.WriteLine($"metagrains: {failure.Message}");
        Result(new { Error = failure.Message, failure.ExitCode });
        return failure.ExitCode;
    }
}
