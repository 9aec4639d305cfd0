namespace MetaGrains.Graph.Parsing;

/// <summary>A body that is no valid answer. Stays inside the assembly: the transport turns it into a GraphException.</summary>
internal sealed class InvalidAnswerException(string message, Exception? innerException = null) : Exception(message, innerException);

/// <summary>A body longer than <see cref="GraphOptions.MaxResponseBytes"/>.</summary>
internal sealed class AnswerTooLongException(long limit)
    : Exception($"The answer is longer than {limit} bytes ({GraphOptions.Section}:{nameof(GraphOptions.MaxResponseBytes)}).");
