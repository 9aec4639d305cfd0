using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;

namespace MetaGrains.Cli.Verbs;

/// <summary>A verb, with a line that shows how it is typed.</summary>
internal sealed class VerbCommand(string name, string description, string example) : Command(name, description)
{
    /// <summary>What follows <c>./metagrains</c>.</summary>
    public string Example => example;
}

/// <summary>The usual help, and the example below it.</summary>
internal sealed class ExampleHelp(HelpAction usual) : SynchronousCommandLineAction
{
    /// <inheritdoc />
    public override int Invoke(ParseResult parseResult)
    {
        var exit = usual.Invoke(parseResult);
        if (parseResult.CommandResult.Command is VerbCommand verb)
            parseResult.InvocationConfiguration.Output.WriteLine($"Example:\n  ./metagrains {verb.Example}\n");
        return exit;
    }
}
