using System.Collections.Concurrent;
using Microsoft.Extensions.Options;

namespace UwsgiIt.Router.Edge;

/// <summary>How many upgraded connections a name has: one name's chat must not take the descriptors of all.</summary>
internal sealed class UpgradeLimits(IOptions<LimitsOptions> options)
{
    private readonly ConcurrentDictionary<string, int> _counts = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>False when the name has its share; else to be paired with <see cref="Leave"/>.</summary>
    public bool TryEnter(string name)
    {
        var count = _counts.AddOrUpdate(name, 1, static (_, known) => known + 1);
        if (count <= options.Value.MaxUpgradesPerName)
        {
            return true;
        }

        Leave(name);
        return false;
    }

    public void Leave(string name)
    {
        var left = _counts.AddOrUpdate(name, 0, static (_, known) => known - 1);
        if (left == 0)
        {
            // Only while it is still zero: another may have entered.
            _counts.TryRemove(new KeyValuePair<string, int>(name, 0));
        }
    }
}
