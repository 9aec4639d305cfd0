namespace MetaGrains.Cli.Hosting;

/// <summary>Standard input as a sign of life: it ends when whoever started this process is gone.</summary>
internal static class StandardInput
{
    /// <summary>Completes at the end of standard input. What stands in it is dropped.</summary>
    public static Task EndAsync() => Task.Run(static () =>
    {
        using var input = Console.OpenStandardInput();
        Span<byte> dropped = stackalloc byte[256];
        while (input.Read(dropped) > 0)
        {
        }
    });

    /// <summary>Gives a token that is cancelled at the end of standard input, or when the other is.</summary>
    public static CancellationTokenSource EndsWith(CancellationToken cancellationToken)
    {
        var ends = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        _ = EndAsync().ContinueWith(_ => ends.Cancel(), CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
        return ends;
    }
}
