// The app's settings for what there can be several of. The names are those of its options classes, with '__' for ':'.

import { channelNamespace } from '../types.bicep'
import { createdInstance } from 'web-pubsub.bicep'

@export()
@description('Gateway:Instances:N, by the order in which they stand in the profile.')
func instanceSettings(instances createdInstance[]) object =>
  merge(map(instances, (instance, at) => {
    'Gateway__Instances__${at}__Name': instance.name
    'Gateway__Instances__${at}__Endpoint': 'https://${instance.host}'
    'Gateway__Instances__${at}__ObjectId': instance.objectId
    'Gateway__Instances__${at}__Weight': string(instance.units)
  }))

@export()
@description('Gateway:AllowedOrigins:N.')
func originSettings(origins string[]) object =>
  merge(map(origins, (origin, at) => { 'Gateway__AllowedOrigins__${at}': trim(origin) }))

@export()
@description('Gateway:Namespaces:NAME; what is not given is left to the app.')
func namespaceSettings(namespaces channelNamespace[]) object =>
  merge(map(
    namespaces,
    namespace =>
      union(
        { 'Gateway__Namespaces__${namespace.name}__RouteToBackends': string(namespace.routeToBackends) },
        contains(namespace, 'retentionMessages')
          ? { 'Gateway__Namespaces__${namespace.name}__RetentionMessages': string(namespace.?retentionMessages) }
          : {},
        contains(namespace, 'retentionAge')
          ? { 'Gateway__Namespaces__${namespace.name}__RetentionAge': namespace.?retentionAge }
          : {}
      )
  ))

func merge(parts object[]) object => reduce(parts, {}, (all, part) => union(all, part))
