using System.CommandLine;
using MetaGrains.Cli.Output;

namespace MetaGrains.Cli.Verbs;

/// <summary>What all verbs share: <c>--json</c>, one-line failures, exit codes.</summary>
internal static class Verb
{
    private const string JsonName = "--json";

    // What a verb has started takes a while to stop in order.
    private static readonly TimeSpan StopWithin = TimeSpan.FromMinutes(2);

    /// <summary>Runs a command line. A line that cannot be understood is answered with one line, and nothing is started.</summary>
    public static async Task<int> InvokeAsync(Command root, string[] args)
    {
        var parsed = root.Parse(args);
        // Help is given even where an option is missing: that is when it is asked for.
        if (parsed.Errors.Count == 0 || args.Length == 0 || parsed.Action is ExampleHelp)
        {
            var exit = await parsed.InvokeAsync(new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = StopWithin });
            return args.Length == 0 ? ExitCode.BadInput : exit;
        }

        var verb = parsed.CommandResult.Command == root ? "" : $" {Path(parsed.CommandResult)}";
        var errors = string.Join(' ', parsed.Errors.Select(error => string.Join(' ', error.Message.Split(default(char[]), StringSplitOptions.RemoveEmptyEntries))).Distinct());
        return new Terminal(args.Contains(JsonName)).Fail(CliException.BadInput($"{errors} See ./metagrains{verb} --help."));
    }

    /// <summary>Makes a verb whose body returns the exit code.</summary>
    public static Command Create(
        string name, string description, string example, Option[] options, Func<ParseResult, Terminal, CancellationToken, Task<int>> body)
    {
        var json = new Option<bool>(JsonName) { Description = "Print one JSON object as the last line of standard output." };
        var command = new VerbCommand(name, description, example) { json };
        foreach (var option in options)
            command.Add(option);
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var terminal = new Terminal(parsed.GetValue(json));
            try
            {
                return await body(parsed, terminal, cancellationToken);
            }
            catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
            {
                return terminal.Fail(new CliException(ExitCode.Cancelled, "interrupted."));
            }
            catch (Exception failure) when (Failures.Explain(failure) is { } explained)
            {
                return terminal.Fail(explained);
            }
            catch (Exception defect)
            {
                await Console.Error.WriteLineAsync(defect.ToString());
                return terminal.Fail(new CliException(ExitCode.Defect, $"{defect.GetType().Name}: {defect.Message} This is a defect: please report it with the lines above."));
            }
        });
        return command;
    }

    // "tenants create" of a verb below a verb.
    private static string Path(System.CommandLine.Parsing.CommandResult result) =>
        result.Parent is System.CommandLine.Parsing.CommandResult { Parent: not null } parent ? $"{Path(parent)} {result.Command.Name}" : result.Command.Name;

    /// <summary>An option with a default, refused outside a range.</summary>
    public static Option<int> Number(string name, string description, int fallback, int low, int high)
    {
        var option = new Option<int>(name) { Description = description, DefaultValueFactory = _ => fallback };
        option.Validators.Add(result =>
        {
            var value = result.GetValueOrDefault<int>();
            if (value < low || value > high)
                result.AddError($"{name} must be {low} to {high}, not {value}.");
        });
        return option;
    }

    /// <summary>An option without a default, refused outside a range.</summary>
    public static Option<int?> OptionalNumber(string name, string description, int low, int high)
    {
        var option = new Option<int?>(name) { Description = description, HelpName = "N" };
        option.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<int?>() is { } value && (value < low || value > high))
                result.AddError($"{name} must be {low} to {high}, not {value}.");
        });
        return option;
    }

    /// <summary>An option that takes a word of a few.</summary>
    public static Option<string?> OneOf(string name, string description, params string[] words)
    {
        var option = new Option<string?>(name) { Description = description, HelpName = string.Join('|', words) };
        option.AcceptOnlyFromAmong(words);
        return option;
    }

    /// <summary>An option that takes a text.</summary>
    public static Option<string?> Text(string name, string description, string helpName, bool required = false) =>
        new(name) { Description = description, HelpName = helpName, Required = required };

    /// <summary>An option that is there or not.</summary>
    public static Option<bool> Flag(string name, string description) => new(name) { Description = description };

    /// <summary>An option that takes a day as <c>YYYY-MM-DD</c>.</summary>
    public static Option<DateOnly?> Day(string name, string description)
    {
        return new Option<DateOnly?>(name)
        {
            Description = description,
            HelpName = "YYYY-MM-DD",
            CustomParser = result =>
            {
                var text = result.Tokens.Count == 1 ? result.Tokens[0].Value : "";
                if (DateOnly.TryParseExact(text, "yyyy-MM-dd", out var day))
                    return day;
                result.AddError($"{name} must be a day as YYYY-MM-DD, not '{text}'.");
                return null;
            },
        };
    }
}
