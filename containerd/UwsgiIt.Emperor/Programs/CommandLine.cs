using System.Diagnostics.CodeAnalysis;
using System.Text;

namespace UwsgiIt.Emperor.Programs;

/// <summary>Splits a command into words as a shell would, without being one: quotes and backslashes, nothing else is special.</summary>
internal static class CommandLine
{
    /// <summary>Most words; ours, arbitrary, may grow.</summary>
    public const int MaxWords = 256;

    /// <summary>False when a quote is not closed, a backslash ends the text, or there is no word or too many.</summary>
    public static bool TrySplit(string text, [NotNullWhen(true)] out List<string>? words)
    {
        words = null;
        if (text.Contains('\0', StringComparison.Ordinal))
        {
            return false;
        }

        words = [];
        var word = new StringBuilder();
        var isWord = false;
        var quote = '\0';
        for (var i = 0; i < text.Length; i++)
        {
            var letter = text[i];
            if (quote == '\0' && char.IsWhiteSpace(letter))
            {
                if (isWord)
                {
                    words.Add(word.ToString());
                    word.Clear();
                    isWord = false;
                }

                continue;
            }

            isWord = true;
            if (quote == '\0' && (letter is '\'' or '"'))
            {
                quote = letter;
            }
            else if (quote != '\0' && letter == quote)
            {
                quote = '\0';
            }
            else if (letter == '\\' && quote != '\'')
            {
                if (++i == text.Length)
                {
                    words = null;
                    return false;
                }

                word.Append(text[i]);
            }
            else
            {
                word.Append(letter);
            }
        }

        if (isWord)
        {
            words.Add(word.ToString());
        }

        if (quote != '\0' || words.Count is 0 or > MaxWords)
        {
            words = null;
        }

        return words is not null;
    }

    /// <summary>The text that splits into these words.</summary>
    public static string Join(IEnumerable<string> words) => string.Join(' ', words.Select(static word => "'" + word.Replace("'", "'\\''", StringComparison.Ordinal) + "'"));
}
