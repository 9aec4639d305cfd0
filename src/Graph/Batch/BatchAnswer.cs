using MetaGrains.Graph.Errors;
using MetaGrains.Graph.Parsing;

namespace MetaGrains.Graph.Batch;

/// <summary>What became of one item of a batch: a body, or why there is none. Items fail alone.</summary>
/// <param name="Body">The body of an answer without error; empty where the item failed.</param>
/// <param name="Failure">Why there is no body.</param>
/// <param name="Calls">Calls that Meta counted for the item, repeats included.</param>
internal sealed record BatchAnswer(ReadOnlyMemory<byte> Body, GraphException? Failure, int Calls)
{
    /// <summary>Reads the body; a failure, of the item or of the reading, is thrown as one of this item.</summary>
    /// <exception cref="GraphException">The item failed, or its body is no valid answer.</exception>
    public T Read<T>(Func<ReadOnlyMemory<byte>, T> of)
    {
        if (Failure is not null)
            throw Failure;
        try
        {
            return of(Body);
        }
        catch (InvalidAnswerException failure)
        {
            throw new GraphException($"An item of a batch is no valid answer: {failure.Message}", GraphErrorKind.InvalidAnswer, failure) { CallsMade = Calls };
        }
    }
}
