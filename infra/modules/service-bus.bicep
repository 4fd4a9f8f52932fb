// The queue of publications and the topic of the backends. Each limit here is one that the code counts on; a test
// compares them.

import { backend, messaging as messagingType } from '../types.bicep'

@description('Required. The region.')
param location string

@description('Required. Tags of every resource.')
param tags object

@description('Required. What makes names unique.')
@minLength(13)
@maxLength(13)
param token string

@description('Required. Standard or Premium, and how much of it.')
param messaging messagingType

@description('Required. One subscription each.')
param backends backend[]

@description('Required. True closes the namespace to all but its private endpoint; Premium only.')
param privateNetwork bool

@description('Required. True spreads a Premium namespace over zones.')
param zoneRedundant bool

// The longest that the platform knows, which is no expiry: what was acknowledged is kept until it is sequenced.
var forever = 'P10675199DT2H48M5.4775807S'

// The documented longest stall after a process was killed; the host renews it while it works.
var lock = 'PT30S'

resource namespace 'Microsoft.ServiceBus/namespaces@2024-01-01' = {
  name: 'sb-${token}'
  location: location
  tags: tags
  sku: messaging.sku == 'Premium'
    ? { name: 'Premium', tier: 'Premium', capacity: messaging.units }
    : { name: 'Standard', tier: 'Standard' }
  properties: {
    disableLocalAuth: true
    minimumTlsVersion: '1.2'
    publicNetworkAccess: privateNetwork ? 'Disabled' : 'Enabled'
    zoneRedundant: messaging.sku == 'Premium' ? zoneRedundant : null
  }
}

resource ingress 'Microsoft.ServiceBus/namespaces/queues@2024-01-01' = {
  parent: namespace
  name: 'ingress'
  properties: {
    // A session is a shard: one envelope of it is in hand at a time.
    requiresSession: true
    lockDuration: lock
    // The most that the platform takes: an outage must not give up what was acknowledged.
    maxDeliveryCount: 2000
    defaultMessageTimeToLive: forever
    deadLetteringOnMessageExpiration: true
    // The head of a channel knows duplicates for longer, and by publication.
    requiresDuplicateDetection: false
    maxSizeInMegabytes: 5120
    // Partitions would divide the size, and shards divide already.
    enablePartitioning: false
    // Envelopes are cut to 256 KB everywhere; a larger message is not one of ours.
    maxMessageSizeInKilobytes: messaging.sku == 'Premium' ? 1024 : null
  }
}

resource events 'Microsoft.ServiceBus/namespaces/topics@2024-01-01' = {
  parent: namespace
  name: 'events'
  properties: {
    defaultMessageTimeToLive: forever
    // An event's id is made from channel, epoch and offset, so one that is sent again is dropped.
    requiresDuplicateDetection: true
    duplicateDetectionHistoryTimeWindow: 'PT10M'
    supportOrdering: true
    maxSizeInMegabytes: 5120
    enablePartitioning: false
    maxMessageSizeInKilobytes: messaging.sku == 'Premium' ? 1024 : null
  }
}

resource subscriptions 'Microsoft.ServiceBus/namespaces/topics/subscriptions@2024-01-01' = [
  for backend in backends: {
    parent: events
    name: backend.name
    properties: {
      // A session is a channel: answers keep their numbers only if each channel is read in order.
      requiresSession: true
      lockDuration: lock
      maxDeliveryCount: 50
      defaultMessageTimeToLive: forever
      deadLetteringOnMessageExpiration: true
      deadLetteringOnFilterEvaluationExceptions: true
    }
  }
]

// The rule takes the name that the platform gives to its own, which lets everything through, and so replaces it.
resource rules 'Microsoft.ServiceBus/namespaces/topics/subscriptions/rules@2024-01-01' = [
  for (backend, at) in backends: {
    parent: subscriptions[at]
    name: '$Default'
    properties: {
      filterType: 'SqlFilter'
      sqlFilter: {
        // A quote in a text of SQL is doubled.
        sqlExpression: 'namespace IN (\'${join(map(backend.namespaces, name => replace(name, '\'', '\'\'')), '\', \'')}\')'
      }
    }
  }
]

output name string = namespace.name
output fullyQualifiedNamespace string = replace(
  replace(namespace.properties.serviceBusEndpoint, 'https://', ''),
  ':443/',
  ''
)
output ingressQueueName string = ingress.name
output eventsTopicName string = events.name
