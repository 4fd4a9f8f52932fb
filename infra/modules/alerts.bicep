// What a person should look at: messages that were given up, calls that were refused for their number, functions that fail.

import { createdInstance } from 'web-pubsub.bicep'

@description('Required. Tags of every resource.')
param tags object

@description('Required. What makes names unique.')
@minLength(13)
@maxLength(13)
param token string

@description('Required. Who is told; empty: nobody.')
param email string

@description('Required. The Service Bus namespace.')
param serviceBusName string

@description('Required. Application Insights.')
param applicationInsightsName string

@description('Required. The instances.')
param instances createdInstance[]

resource serviceBus 'Microsoft.ServiceBus/namespaces@2024-01-01' existing = {
  name: serviceBusName
}

resource applicationInsights 'Microsoft.Insights/components@2020-02-02' existing = {
  name: applicationInsightsName
}

resource people 'Microsoft.Insights/actionGroups@2023-01-01' = if (!empty(email)) {
  name: 'ag-${token}'
  location: 'global'
  tags: tags
  properties: {
    enabled: true
    groupShortName: 'gateway'
    emailReceivers: [{ name: 'alerts', emailAddress: email, useCommonAlertSchema: true }]
  }
}

var rules = [
  {
    name: 'dead-letters'
    description: 'Messages were given up: an envelope that is not readable, or an event that a backend failed on 50 times.'
    scope: serviceBus.id
    namespace: 'Microsoft.ServiceBus/namespaces'
    metric: 'DeadletteredMessages'
    aggregation: 'Average'
    threshold: 0
    severity: 1
  }
  {
    name: 'service-bus-throttled'
    description: 'Service Bus refuses calls: publishers are slowed down. Go to Premium, add units, or divide the channels.'
    scope: serviceBus.id
    namespace: 'Microsoft.ServiceBus/namespaces'
    metric: 'ThrottledRequests'
    aggregation: 'Total'
    threshold: 100
    severity: 2
  }
  {
    name: 'functions-failing'
    description: 'Executions fail: callbacks that are answered with 500, or envelopes that are left to the next owner.'
    scope: applicationInsights.id
    namespace: 'microsoft.insights/components'
    metric: 'requests/failed'
    aggregation: 'Count'
    threshold: 10
    severity: 1
  }
]

var instanceRules = flatten(map(instances, instance => [
  {
    name: 'connections-${instance.name}'
    description: 'Over 80 % of the connections that the units of ${instance.name} hold: add units, or an instance.'
    resource: instance.resource
    metric: 'ConnectionQuotaUtilization'
    threshold: 80
  }
  {
    name: 'server-load-${instance.name}'
    description: 'The units of ${instance.name} are over 70 % busy, where calls begin to be refused: add units, or an instance.'
    resource: instance.resource
    metric: 'ServerLoad'
    threshold: 70
  }
]))

resource alerts 'Microsoft.Insights/metricAlerts@2018-03-01' = [
  for rule in rules: {
    name: 'alert-${rule.name}-${token}'
    location: 'global'
    tags: tags
    properties: {
      description: rule.description
      severity: rule.severity
      enabled: true
      autoMitigate: true
      scopes: [rule.scope]
      evaluationFrequency: 'PT5M'
      windowSize: 'PT5M'
      criteria: {
        'odata.type': 'Microsoft.Azure.Monitor.SingleResourceMultipleMetricCriteria'
        allOf: [
          {
            name: rule.metric
            criterionType: 'StaticThresholdCriterion'
            metricNamespace: rule.namespace
            metricName: rule.metric
            operator: 'GreaterThan'
            threshold: rule.threshold
            timeAggregation: rule.aggregation
          }
        ]
      }
      actions: empty(email) ? [] : [{ actionGroupId: people.id }]
    }
  }
]

resource instanceAlerts 'Microsoft.Insights/metricAlerts@2018-03-01' = [
  for rule in instanceRules: {
    name: 'alert-${rule.name}-${token}'
    location: 'global'
    tags: tags
    properties: {
      description: rule.description
      severity: 2
      enabled: true
      autoMitigate: true
      scopes: [resourceId('Microsoft.SignalRService/webPubSub', rule.resource)]
      evaluationFrequency: 'PT5M'
      windowSize: 'PT5M'
      criteria: {
        'odata.type': 'Microsoft.Azure.Monitor.SingleResourceMultipleMetricCriteria'
        allOf: [
          {
            name: rule.metric
            criterionType: 'StaticThresholdCriterion'
            metricNamespace: 'Microsoft.SignalRService/WebPubSub'
            metricName: rule.metric
            operator: 'GreaterThan'
            threshold: rule.threshold
            timeAggregation: 'Maximum'
          }
        ]
      }
      actions: empty(email) ? [] : [{ actionGroupId: people.id }]
    }
  }
]
