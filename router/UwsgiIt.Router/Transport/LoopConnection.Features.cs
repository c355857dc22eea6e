using System.Collections;
using Microsoft.AspNetCore.Http.Features;

namespace UwsgiIt.Router.Transport;

/// <summary>The connection's features: what it is itself, what was set on it, and what Kestrel set on its carrier. An idle connection is to cost little, so there is no dictionary.</summary>
internal sealed partial class LoopConnection : IFeatureCollection
{
    private KeyValuePair<Type, object>[] _set = [];
    private int _setCount;
    private int _revision;

    public override IFeatureCollection Features => this;

    bool IFeatureCollection.IsReadOnly => false;

    int IFeatureCollection.Revision => _revision;

    object? IFeatureCollection.this[Type key]
    {
        get => Find(key);
        set => Put(key, value);
    }

    TFeature? IFeatureCollection.Get<TFeature>()
        where TFeature : default => (TFeature?)Find(typeof(TFeature));

    void IFeatureCollection.Set<TFeature>(TFeature? instance)
        where TFeature : default => Put(typeof(TFeature), instance);

    IEnumerator<KeyValuePair<Type, object>> IEnumerable<KeyValuePair<Type, object>>.GetEnumerator() =>
        _set.Take(_setCount).Concat(OwnTypes.Select(type => KeyValuePair.Create(type, (object)this))).Concat(_carrier.Inherited.ToArray()).DistinctBy(static feature => feature.Key).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => ((IEnumerable<KeyValuePair<Type, object>>)this).GetEnumerator();

    private object? Find(Type key)
    {
        foreach (var (type, feature) in _set.AsSpan(0, _setCount))
        {
            if (type == key)
            {
                return feature;
            }
        }

        if (Array.IndexOf(OwnTypes, key) >= 0)
        {
            return this;
        }

        foreach (var (type, feature) in _carrier.Inherited)
        {
            if (type == key)
            {
                return feature;
            }
        }

        return null;
    }

    private void Put(Type key, object? feature)
    {
        _revision++;
        for (var i = 0; i < _setCount; i++)
        {
            if (_set[i].Key == key)
            {
                // A null stays in its place: it hides what the connection is itself.
                _set[i] = new(key, feature!);
                return;
            }
        }

        if (_setCount == _set.Length)
        {
            Array.Resize(ref _set, Math.Max(2, _set.Length * 2));
        }

        _set[_setCount++] = new(key, feature!);
    }
}
